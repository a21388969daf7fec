"""What comes in: files, manifests, names, facts."""
