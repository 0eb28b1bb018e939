"""The dates that a document carries: those of its figures, so that the same figures give the same document."""

from datetime import UTC, datetime, time

from docx.document import Document

from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.sheets.own_reports import REPORT_MARK


def date_document(document: Document, outcome: Outcome) -> None:
    """Date the document by the day of the report, and mark it as a report of this program."""
    properties = document.core_properties
    properties.category = REPORT_MARK
    properties.created = properties.modified = datetime.combine(outcome.day, time(), UTC)
