"""Jobs: leases, sweep, failures, workers."""
