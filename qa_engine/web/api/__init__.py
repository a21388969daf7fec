"""JSON for programs, below ``/api/v1``, and the health checks and metrics of the service."""
