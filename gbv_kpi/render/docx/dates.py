"""The dates that a document carries: those of its figures, so that the same figures give the same document."""

from datetime import UTC, datetime, time

from docx.document import Document

from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.sheets.own_reports import REPORT_MARK


def date_document(document: Document, outcome: Outcome) -> None:
    """Made and changed on the day whose units the year is reported on, and marked as a report of this program."""
    plan = outcome.scorecard.plan
    days = [plan.reporting_day(year) for year in outcome.scorecard.years] or [plan.issued]
    properties = document.core_properties
    properties.category = REPORT_MARK
    properties.created = properties.modified = datetime.combine(days[0], time(), UTC)
