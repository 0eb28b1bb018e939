"""Open files of any kind and return their sheets."""
