"""Operators over how and when it was said."""
