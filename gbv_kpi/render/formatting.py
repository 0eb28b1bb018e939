"""Figures of a finding in an officer's language, and the sign and word of each status."""

from typing import TYPE_CHECKING

from gbv_kpi.i18n import Language, phrase
from gbv_kpi.kpi.scorecard import Finding, Status
from gbv_kpi.plan.thresholds import Threshold

if TYPE_CHECKING:
    from gbv_kpi.kpi.trend import Point

MARK = {
    Status.MET: "✓",
    Status.MISSED: "✗",
    Status.NOT_DUE: "○",
    Status.NO_CASES: "–",
    Status.NO_DATA: "?",
    Status.WITHHELD: "#",
}
MEANING = {
    Status.MET: phrase("met"),
    Status.MISSED: phrase("missed"),
    Status.NOT_DUE: phrase("not due yet"),
    Status.NO_CASES: phrase("no cases"),
    Status.NO_DATA: phrase("not reported"),
    Status.WITHHELD: phrase("withheld"),
}
RECAST = "*"
PROVISIONAL = "~"
SIGN = {">=": "≥", ">": ">", "<=": "≤", "<": "<"}


def rate_text(finding: Finding, language: Language) -> str:
    """The rate: 91.5% or 1.65; nothing where there is none."""
    rate = finding.rate()
    if rate is None:
        return ""
    return language.percent(*rate) if finding.measure == "percent" else language.number(*rate)


def counts_text(finding: Finding, language: Language) -> str:
    """Numerator and denominator: 2,061/2,216."""
    counts = (finding.numerator, finding.denominator)
    return "/".join("" if count is None else language.number(count) for count in counts)


def threshold_text(threshold: Threshold, language: Language) -> str:
    """The threshold as it is written beside a rate: ≥ 85%."""
    decimals = max(0, -int(threshold.bound.normalize().as_tuple().exponent))
    write = language.percent if threshold.measure == "percent" else language.number
    return f"{SIGN[threshold.comparator]} {write(threshold.bound, decimals)}"


def marks_text(point: "Point") -> str:
    """What must be known of a figure of an earlier year: ~ provisional, * recast."""
    return (PROVISIONAL if point.finding.provisional else "") + (RECAST if point.recast else "")
