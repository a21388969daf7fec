"""YAML with places: what was written and where, faults collected."""
