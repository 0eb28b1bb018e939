"""Render a report as one self-contained HTML file, readable on a phone and printable on A4."""

from gbv_kpi.render.html.page import to_html

__all__ = ["to_html"]
