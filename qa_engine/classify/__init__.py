"""The machinery under tone, acts and outcome: turns → features → linear classifiers that say why.

To read: ``see`` and ``LinearModel``. To make a model: ``qa_engine.classify.fit``, which loads scikit-learn.
"""

from qa_engine.classify.features import VERSION, Row, Seen, see, see_call
from qa_engine.classify.linear import LinearModel

__all__ = ["VERSION", "LinearModel", "Row", "Seen", "see", "see_call"]
