"""Compare the counts of returns with the plan's thresholds."""
