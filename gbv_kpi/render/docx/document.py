"""Write a report, or a letter to a unit (công văn), in Word: in the layout of the decree, or in an office's own.

Both are drafts for the officer: number, date and signature stay blank, as do counts that no return reports. Templates
lay out their parts in the styles of the document.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import parse_xml
from docx.section import Section
from docx.shared import Mm
from jinja2 import Environment

from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import Bilingual, Language, Phrase
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.plan import Plan
from gbv_kpi.plan.model import Letterhead
from gbv_kpi.render import formatting, jinja, sentences
from gbv_kpi.render.docx import tables, wording
from gbv_kpi.render.docx.fields import fields, letterhead_fields
from gbv_kpi.render.docx.wording import BLANK
from gbv_kpi.render.letters import Letter
from gbv_kpi.render.year_record import record_sentences
from gbv_kpi.sheets.own_reports import REPORT_MARK

FONT, BODY_SIZE = "Times New Roman", 28  # half points
PAPER = (210, 297)  # mm: A4
TOP, BOTTOM, LEFT, RIGHT = 20, 20, 30, 15  # mm: the decree has 20–25, 20–25, 30–35 and 15–20
NUMBER_FROM_TOP = 10  # mm: within the top margin
BYTES_OF_FINDING = 2**13  # of a document, for the time limit of writing it
USUAL_WIDTH = 165  # mm: of a page of A4 with the decree's margins
TWENTIETHS_PER_MM = 1440 / 25.4  # Word measures in twentieths of a point
SHOWN_LACKING = 100

PartWriter = Callable[[str], str]  # the XML of the part of that name

# Functions for templates: those that take the language, then the others.
LOCALISED: tuple[jinja.Function, ...] = (
    *(tables.annex_legend, tables.annex_tables, tables.indicators_table, tables.lacking_table, tables.units_legend),
    *(tables.units_table, wording.indicator_points, wording.titles_by_verdict),
    *(record_sentences, sentences.figure, sentences.monitored_figures),
)
OTHERS: tuple[jinja.Function, ...] = (
    *(tables.heading_rows, tables.letter_table, tables.shares_of, tables.shown_units, zip),
    *(wording.abbreviated, wording.capitalised, wording.document_title, wording.findings_by_indicator),
    *(wording.official_day, wording.on_its_subject, wording.on_the_figures, wording.report_number, wording.reported),
    *(wording.widest_line, sentences.verdict, formatting.clock_text),
)


def to_docx(outcome: Outcome, language: Language, template: bytes | None = None) -> bytes:
    """Return the report. Raises `UsageError` for a template that cannot be filled in."""
    parts_in = partial(report_parts, outcome=outcome, language=language)
    if template is not None:
        from gbv_kpi.render.docx.template import PARTS, fill_in

        size = len(outcome.scorecard.frame) * BYTES_OF_FINDING
        return fill_in(template, fields(outcome, language), PARTS, parts_in, outcome.day, language, size)
    plan = outcome.scorecard.plan
    document = _new_document(language)
    _append(document, parts_in(document)("report"))
    landscape = document.add_section(WD_SECTION.NEW_PAGE)
    document.paragraphs[-1].style = "Ngắt phần"
    landscape.orientation = WD_ORIENT.LANDSCAPE
    landscape.different_first_page_header_footer = False
    _lay_out(landscape, *reversed(PAPER))
    _append(document, parts_in(document)("annex"))
    return _save(document, plan.title, plan.letterhead(outcome.day), outcome.day, language)


def letter_to_docx(letter: Letter, plan: Plan, day: date, language: Language, template: bytes | None = None) -> bytes:
    """Return the letter. Raises `UsageError` for a template that cannot be filled in."""
    addressee = language.say(letter.addressee)
    letterhead = plan.letterhead(day)._replace(addressed_to=(Bilingual(addressee, addressee),))
    number = f"      /{letterhead.issuer_short or BLANK}-"
    parts_in = partial(letter_parts, letter=letter, letterhead=letterhead, number=number, language=language)
    if template is not None:
        from gbv_kpi.render.docx.template import fill_in

        letter_fields = {"nam": str(day.year), "don_vi": letter.unit.name, "trich_yeu": language.say(letter.about)}
        known = letter_fields | letterhead_fields(plan, letterhead, number, language)
        return fill_in(template, known, ["noi_dung"], parts_in, day, language)
    document = _new_document(language)
    _append(document, parts_in(document)("report"))
    return _save(document, letter.about, letterhead, day, language)


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
    environment = jinja.environment(Path(__file__).parent, language, LOCALISED, OTHERS)
    environment.filters["twips"] = lambda length: round(length * TWENTIETHS_PER_MM)
    environment.globals |= {
        "BLANK": wording.BLANK,
        "SHOWN_LACKING": SHOWN_LACKING,
        "style_id": lambda name: document.styles[name].style_id,
    }
    return environment


def _widest_page(document: Document) -> float:
    """Return the width (mm) of the text on the widest pages of a document."""
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
    """Date a document by its figures, so that equal figures give equal bytes, and mark it as our report."""
    properties = document.core_properties
    properties.category = REPORT_MARK
    properties.created = properties.modified = datetime.combine(day, time(), UTC)


def _new_document(language: Language) -> Document:
    """Return a blank document on the decree's paper, with its styles and page numbers."""
    document = docx.Document()
    for setting in document.settings.element.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":  # the library's blank document is of 2010
            setting.set(qn("w:val"), "15")
    _use_font(document, "vi-VN" if language.tag == "vi" else "en-GB")
    define_styles(document, language)
    section = document.sections[0]
    _lay_out(section, *PAPER)
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]  # in the middle of the top margin, but for the first page
    number.style = "Số trang"
    number._p.append(parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>2</w:t></w:r></w:fldSimple>'))
    return document


def _use_font(document: Document, language_tag: str) -> None:
    """Set Times New Roman for every script, in place of the library's own styles and the fonts of its theme."""
    styles = document.styles.element
    for element in list(styles):
        if element.tag == qn("w:docDefaults") or (element.tag == qn("w:style") and not element.get(qn("w:default"))):
            styles.remove(element)
    fonts = " ".join(f'w:{script}="{FONT}"' for script in ("ascii", "hAnsi", "eastAsia", "cs"))
    sizes = f'<w:sz w:val="{BODY_SIZE}"/><w:szCs w:val="{BODY_SIZE}"/>'
    tags = f'<w:lang w:val="{language_tag}" w:eastAsia="{language_tag}"/>'
    gaps = '<w:pPr><w:spacing w:before="0" w:after="0"/></w:pPr>'
    looks = elements(f"{gaps}<w:rPr><w:rFonts {fonts}/>{sizes}{tags}</w:rPr>")
    document.styles["Normal"].element.extend(looks)


def _append(document: Document, xml: str) -> None:
    for element in elements(xml):
        document.element.body.insert_element_before(element, "w:sectPr")


def _lay_out(section: Section, width: float, height: float) -> None:
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
    section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
    section.header_distance = section.footer_distance = Mm(NUMBER_FROM_TOP)


def _save(
    document: Document, title: Phrase | Bilingual | str, letterhead: Letterhead, day: date, language: Language
) -> bytes:
    properties = document.core_properties
    properties.author = escape_controls(language.say(letterhead.issuer or ""))
    properties.title = escape_controls(language.say(title))
    properties.language = language.tag
    properties.comments = properties.last_modified_by = ""
    date_document(document, day)
    written = BytesIO()
    document.save(written)
    return written.getvalue()
