"""Write the blank return that an office fills in."""
