"""Recognisers: the port, the fake that ships beside it, and Whisper models by faster-whisper."""
