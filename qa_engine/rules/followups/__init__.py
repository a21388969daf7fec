"""What follows out of a call: promises, complaints, times."""
