"""How turns sound in their words: scikit-learn classifiers over jieba features.

To read calls: ``ToneModel``. To make a model: ``qa_engine.tone.training``, which loads scikit-learn.
"""

from qa_engine.tone.corpus import LABELS, Utterance, read_own, read_reviewed
from qa_engine.tone.measure import ClassFigures, Figures, PrecisionPoint, measure
from qa_engine.tone.model import ToneModel

__all__ = [
    "LABELS",
    "ClassFigures",
    "Figures",
    "PrecisionPoint",
    "ToneModel",
    "Utterance",
    "measure",
    "read_own",
    "read_reviewed",
]
