"""What the service asks of others, each with its fake."""
