"""Makes the demo calls: hand-written sources in, recordings, scripts with true times and the manifest out."""
