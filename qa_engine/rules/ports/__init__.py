"""What the rules ask of others, each with its fake."""
