"""Chinese text as rules see it: normalised with the way back, counted, sounded out, masked."""

from qa_engine.text.counting import count_chars
from qa_engine.text.dictated import mask_turns
from qa_engine.text.normalised import SENTENCE_END, SOUNDS, Normalised, Skeleton, compared, normalise, skeleton
from qa_engine.text.numerals import number_value
from qa_engine.text.pinyin import CONFUSIONS, DEFAULT_CONFUSIONS, Confusions, char_syllable, toneless
from qa_engine.text.privacy import mask_private
from qa_engine.text.simplify import simplified_text, to_simplified
from qa_engine.text.writable import writable

__all__ = [
    "CONFUSIONS",
    "DEFAULT_CONFUSIONS",
    "SENTENCE_END",
    "SOUNDS",
    "Confusions",
    "Normalised",
    "Skeleton",
    "char_syllable",
    "compared",
    "count_chars",
    "mask_private",
    "mask_turns",
    "normalise",
    "number_value",
    "simplified_text",
    "skeleton",
    "to_simplified",
    "toneless",
    "writable",
]
