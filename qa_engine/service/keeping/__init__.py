"""Keeping what is stored, and forgetting it: backup, restore, retention."""
