"""Whole processes timed side by side: `python -m tests.bench [CASE ...]`."""
