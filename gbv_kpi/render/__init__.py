"""Renderers: pure functions of an `Outcome`. None computes a figure."""
