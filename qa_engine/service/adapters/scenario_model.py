"""Which model guesses the scenario of calls whose facts do not tell it: the bundled one."""

from typing import TYPE_CHECKING

from qa_engine.resources import act_model_dir

if TYPE_CHECKING:
    from qa_engine.acts import ScenarioModel


def open_scenarios() -> "ScenarioModel":
    """The bundled model; its classifier loads with the first call that nobody told the scenario of."""
    from qa_engine.acts import ScenarioModel  # numpy and jieba take a moment to import

    return ScenarioModel.load(act_model_dir())
