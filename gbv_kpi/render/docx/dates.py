"""The dates that a document carries: those of its figures, so that the same figures give the same document."""

from datetime import UTC, date, datetime, time

from docx.document import Document

from gbv_kpi.sheets.own_reports import REPORT_MARK


def date_document(document: Document, day: date) -> None:
    """Date the document by that day, and mark it as one of this program."""
    properties = document.core_properties
    properties.category = REPORT_MARK
    properties.created = properties.modified = datetime.combine(day, time(), UTC)
