"""Read returns from files: parse and validate every count, and compare returns with each other."""
