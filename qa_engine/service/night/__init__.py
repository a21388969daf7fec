"""The night: what was expected, what came of it, and what stood in the way."""
