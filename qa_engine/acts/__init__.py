"""What turns do: service acts of agent and customer, the scenario of a call, how content the customer leaves it."""

from qa_engine.acts.model import ActModel
from qa_engine.acts.scenario import ScenarioModel, ScenarioReading

__all__ = ["ActModel", "ScenarioModel", "ScenarioReading"]
