"""Operators over the facts of a call."""
