"""What is told to the outside: events, the channels that take them, and the outbox between."""
