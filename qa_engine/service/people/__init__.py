"""Accounts, signing in, tokens, how far a right reaches, and the audit log."""
