"""What the centre has written, as it stands: its rules, its profile, its counts of decisions. Read, never judged."""
