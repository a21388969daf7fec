"""Where a condition looks, and what it finds there."""
