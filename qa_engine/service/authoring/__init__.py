"""Packs, scorecards and models: read, tested, trained."""
