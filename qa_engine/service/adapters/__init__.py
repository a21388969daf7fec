"""Ports of the service, made real."""
