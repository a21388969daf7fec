"""Operators over what was said."""
