"""The stages of a call."""
