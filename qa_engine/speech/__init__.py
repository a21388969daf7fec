"""Recordings → transcripts: probe, decode, voice activity, clips, recogniser, turns, prosody.

Names are fetched when they are asked for: who only reads transcript files does not load a decoder.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa_engine.speech.audio_facts import RAW_SUFFIXES, AudioFacts, RawFormat
    from qa_engine.speech.clips import Clip, ClipPlan
    from qa_engine.speech.decoding import SAMPLE_RATE, decode
    from qa_engine.speech.devices import check_device
    from qa_engine.speech.models.finding import STARTER, ModelFolder, find_model, stored_folder
    from qa_engine.speech.models.store import ModelStore, StoredModel
    from qa_engine.speech.options import (
        ActivityOptions,
        ClipOptions,
        FilterOptions,
        HearingOptions,
        RecognitionOptions,
        SpeechOptions,
        TurnOptions,
    )
    from qa_engine.speech.peaks import peaks_of_file
    from qa_engine.speech.pipeline import check_recording, transcribe_recording
    from qa_engine.speech.probing import audio_digest, probe
    from qa_engine.speech.recognisers.port import RecognisedClip, Recogniser, RecogniserIdentity
    from qa_engine.speech.recognisers.registry import recogniser
    from qa_engine.speech.recognisers.scripted import ScriptedRecogniser
    from qa_engine.speech.recognisers.whisper import FasterWhisperRecogniser

__all__ = [
    "RAW_SUFFIXES",
    "SAMPLE_RATE",
    "STARTER",
    "ActivityOptions",
    "AudioFacts",
    "Clip",
    "ClipOptions",
    "ClipPlan",
    "FasterWhisperRecogniser",
    "FilterOptions",
    "HearingOptions",
    "ModelFolder",
    "ModelStore",
    "RawFormat",
    "RecognisedClip",
    "Recogniser",
    "RecogniserIdentity",
    "RecognitionOptions",
    "ScriptedRecogniser",
    "SpeechOptions",
    "StoredModel",
    "TurnOptions",
    "audio_digest",
    "check_device",
    "check_recording",
    "decode",
    "find_model",
    "peaks_of_file",
    "probe",
    "recogniser",
    "stored_folder",
    "transcribe_recording",
]

_ROOMS = {
    "audio_facts": "RAW_SUFFIXES AudioFacts RawFormat",
    "clips": "Clip ClipPlan",
    "decoding": "SAMPLE_RATE decode",
    "devices": "check_device",
    "models.finding": "STARTER ModelFolder find_model stored_folder",
    "models.store": "ModelStore StoredModel",
    "options": "ActivityOptions ClipOptions FilterOptions HearingOptions RecognitionOptions SpeechOptions TurnOptions",
    "peaks": "peaks_of_file",
    "pipeline": "check_recording transcribe_recording",
    "probing": "audio_digest probe",
    "recognisers.port": "RecognisedClip Recogniser RecogniserIdentity",
    "recognisers.registry": "recogniser",
    "recognisers.scripted": "ScriptedRecogniser",
    "recognisers.whisper": "FasterWhisperRecogniser",
}
_HOMES = {name: room for room, names in _ROOMS.items() for name in names.split()}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
