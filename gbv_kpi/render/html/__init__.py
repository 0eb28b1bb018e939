"""A report as one HTML file: readable on a phone, printable on A4, and asking nothing of any other place."""

from gbv_kpi.render.html.page import to_html

__all__ = ["to_html"]
