"""Parse arguments, make one call, render once, exit."""
