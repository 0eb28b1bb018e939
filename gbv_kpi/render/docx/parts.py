"""The parts of a report and of a letter as WordprocessingML, laid out by templates in the styles of a document."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml
from docx.shared import Mm
from jinja2 import Environment

from gbv_kpi.i18n import Language
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.plan.model import Letterhead
from gbv_kpi.render import formatting, jinja, sentences
from gbv_kpi.render.docx import tables, wording
from gbv_kpi.render.letters import Letter
from gbv_kpi.render.year_record import record_sentences
from gbv_kpi.sheets.own_reports import REPORT_MARK

USUAL_WIDTH = 165  # mm: of a page of A4 with the decree's margins
TWENTIETHS_PER_MM = 1440 / 25.4  # Word measures in twentieths of a point
SHOWN_LACKING = 100

PartWriter = Callable[[str], str]  # the XML of the part of that name

# What templates call: functions that are given the language, then those that need none.
SPOKEN: tuple[jinja.Function, ...] = (
    *(tables.annex_legend, tables.annex_tables, tables.indicators_table, tables.lacking_table, tables.units_legend),
    *(tables.units_table, wording.indicator_points, wording.titles_by_verdict),
    *(record_sentences, sentences.figure, sentences.monitored_figures),
)
UNSPOKEN: tuple[jinja.Function, ...] = (
    *(tables.heading_rows, tables.letter_table, tables.shares_of, tables.shown_units, zip),
    *(wording.abbreviated, wording.capitalised, wording.document_title, wording.findings_by_indicator),
    *(wording.official_day, wording.on_its_subject, wording.on_the_figures, wording.report_number, wording.reported),
    *(wording.widest_line, sentences.verdict, formatting.clock_text),
)


def report_parts(document: Document, outcome: Outcome, language: Language) -> PartWriter:
    """Return a function that gives each part of a report, by name, in the styles of a document."""
    plan = outcome.scorecard.plan
    known = {
        "outcome": outcome,
        "plan": plan,
        "letterhead": plan.letterhead(outcome.day),
        "year": wording.year_of(outcome),
        "page_width": _widest_page(document),
    }
    return _writer(document, language, "report.xml.j2", known)


def letter_parts(
    document: Document, letter: Letter, letterhead: Letterhead, number: str, language: Language
) -> PartWriter:
    known = {"letter": letter, "letterhead": letterhead, "number": number}
    return _writer(document, language, "letter.xml.j2", known)


def _writer(document: Document, language: Language, template: str, known: Mapping[str, object]) -> PartWriter:
    macros = _environment(document, language).get_template(template).make_module(dict(known))
    return lambda name: str(getattr(macros, name)())


def _environment(document: Document, language: Language) -> Environment:
    made = jinja.environment(Path(__file__).parent, language, SPOKEN, UNSPOKEN)
    made.filters["twips"] = lambda length: round(length * TWENTIETHS_PER_MM)
    made.globals |= {
        "BLANK": wording.BLANK,
        "SHOWN_LACKING": SHOWN_LACKING,
        "style_id": lambda name: document.styles[name].style_id,
    }
    return made


def _widest_page(document: Document) -> float:
    """Return the width (mm) of the text on the widest pages: those for wide tables, where there are any."""
    measures = [(s.page_width, s.left_margin, s.right_margin) for s in document.sections]
    return max(
        (float(width - left - right) / Mm(1) for width, left, right in measures if width and left and right),
        default=USUAL_WIDTH,
    )


def define_styles(document: Document, language: Language) -> None:
    """Add the styles that the document lacks; those it has stay as they are."""
    styles, normal = document.styles, document.styles.default(WD_STYLE_TYPE.PARAGRAPH)
    template = _environment(document, language).get_template("styles.xml.j2")
    known = {style.element.name_val for style in styles}
    for style in elements(template.render(normal=normal.style_id if normal else None)):
        if style.name_val not in known:
            styles.element.append(style)


def elements(xml: str) -> list[Any]:
    """Return the elements of some XML of Word, with the properties that python-docx gives each."""
    return list(parse_xml(f"<w:body {nsdecls('w')}>{xml}</w:body>"))


def date_document(document: Document, day: date) -> None:
    """Date the document by the day of its figures, so that they alone decide it, and mark it as one of this program."""
    properties = document.core_properties
    properties.category = REPORT_MARK
    properties.created = properties.modified = datetime.combine(day, time(), UTC)
