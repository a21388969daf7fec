"""Where people answer the machine: queue, claims, decisions, signing, clips, appeals, calibration."""
