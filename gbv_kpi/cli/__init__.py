"""Parse arguments, make one call, render once, exit."""

from gbv_kpi.cli.app import main

__all__ = ["main"]
