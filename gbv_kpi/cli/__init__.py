"""The command line: parse arguments, make one call, render once, exit."""

from gbv_kpi.cli.app import app, main

__all__ = ["app", "main"]
