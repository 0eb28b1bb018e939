"""Render a report as one self-contained HTML file, readable on a phone and printable on A4."""
