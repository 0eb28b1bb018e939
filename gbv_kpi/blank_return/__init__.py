"""The blank return that an office fills in."""
