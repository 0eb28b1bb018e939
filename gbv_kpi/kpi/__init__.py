"""Hold the counts of returns against the plan's thresholds."""
