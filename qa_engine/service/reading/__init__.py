"""What is read: lists, ledger, sound, state of the machine."""
