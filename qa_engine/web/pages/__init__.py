"""Server-rendered pages, one file per feature."""
