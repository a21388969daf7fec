"""Forms and reports, made and kept."""
