"""The dates that a document carries: those of its figures, so that the same figures give the same document."""

from datetime import UTC, datetime, time

from docx.document import Document

from gbv_kpi.kpi.outcome import Outcome


def date_document(document: Document, outcome: Outcome) -> None:
    """Made and changed on the day whose units the year is reported on."""
    plan = outcome.scorecard.plan
    days = [plan.reporting_day(year) for year in outcome.scorecard.years] or [plan.issued]
    properties = document.core_properties
    properties.created = properties.modified = datetime.combine(days[0], time(), UTC)
