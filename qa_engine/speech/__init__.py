"""Recordings → transcripts: probe, decode, voice activity, clips, recogniser, turns, prosody; and transcript files."""

from qa_engine.speech.audio_facts import RAW_SUFFIXES, AudioFacts, RawFormat
from qa_engine.speech.clips import Clip, ClipPlan
from qa_engine.speech.decode import SAMPLE_RATE, decode
from qa_engine.speech.faster_whisper_adapter import FasterWhisperRecogniser
from qa_engine.speech.model_files import STARTER, STARTER_NOTICE, ModelFolder, find_model
from qa_engine.speech.options import (
    ActivityOptions,
    ClipOptions,
    FilterOptions,
    RecognitionOptions,
    SpeechOptions,
    TurnOptions,
)
from qa_engine.speech.pipeline import check_recording, transcribe_recording
from qa_engine.speech.probe import audio_digest, probe
from qa_engine.speech.recogniser import RecognisedClip, Recogniser, RecogniserIdentity, ScriptedRecogniser

__all__ = [
    "RAW_SUFFIXES",
    "SAMPLE_RATE",
    "STARTER",
    "STARTER_NOTICE",
    "ActivityOptions",
    "AudioFacts",
    "Clip",
    "ClipOptions",
    "ClipPlan",
    "FasterWhisperRecogniser",
    "FilterOptions",
    "ModelFolder",
    "RawFormat",
    "RecognisedClip",
    "Recogniser",
    "RecogniserIdentity",
    "RecognitionOptions",
    "ScriptedRecogniser",
    "SpeechOptions",
    "TurnOptions",
    "audio_digest",
    "check_recording",
    "decode",
    "find_model",
    "probe",
    "transcribe_recording",
]
