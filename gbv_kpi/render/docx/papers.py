"""Write a report, or a letter to a unit (công văn), in Word: in the layout of the decree, or in an office's own.

Both are drafts for the officer: number, date and signature stay blank, as do counts that no return reports. Jinja
templates lay out the parts in the styles of the document.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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
from gbv_kpi.render.docx import contents
from gbv_kpi.render.letters import Letter
from gbv_kpi.sheets.refusal import REPORT_MARK

PAPER = (210, 297)  # mm: A4
TOP, BOTTOM, LEFT, RIGHT = 20, 20, 30, 15  # mm: the decree has 20–25, 20–25, 30–35 and 15–20
NUMBER_FROM_TOP = 10  # mm: within the top margin
USUAL_WIDTH = 165  # mm: of a page of A4 with the decree's margins
TWENTIETHS_PER_MM = 1440 / 25.4  # Word measures in twentieths of a point
WHOLE_WIDTH = 5000  # Word's fiftieths of a percent
BYTES_OF_FINDING = 2**13  # of a document, for the time limit of writing it


@dataclass(frozen=True)
class Paper:
    """A document to write: its template, the values known there, and its properties."""

    template: str
    known: Mapping[str, object]
    title: Phrase | Bilingual | str
    letterhead: Letterhead
    day: date
    language: Language

    def parts(self, document: Document) -> Callable[[str], str]:
        """Return a function that gives the XML of each part, by name, in the styles of a document."""
        environment = _environment(document, self.language)
        known = {**self.known, "letterhead": self.letterhead}
        macros = environment.get_template(self.template).make_module(known)
        return lambda name: str(getattr(macros, name)())


def to_docx(outcome: Outcome, language: Language, template: bytes | None = None) -> bytes:
    """Return the report. Raises `UsageError` for a template that cannot be filled in."""
    plan = outcome.scorecard.plan
    letterhead = plan.letterhead(outcome.day)
    number = f"      /BC-{letterhead.issuer_short or contents.BLANK}"  # with room for what the records office gives it
    known = {"outcome": outcome, "plan": plan, "number": number}
    paper = Paper("report.xml.j2", known, plan.title, letterhead, outcome.day, language)
    if template is None:
        return draw(paper, ["report", "annex"])
    from gbv_kpi.render.docx import template as office

    fields = office.report_fields(outcome, number, language)
    return office.fill_in(template, paper, fields, office.PARTS, len(outcome.scorecard.frame) * BYTES_OF_FINDING)


def letter_to_docx(letter: Letter, plan: Plan, day: date, language: Language, template: bytes | None = None) -> bytes:
    """Return the letter. Raises `UsageError` for a template that cannot be filled in."""
    addressee = language.say(letter.addressee)
    letterhead = plan.letterhead(day)._replace(addressed_to=(Bilingual(addressee, addressee),))
    number = f"      /{letterhead.issuer_short or contents.BLANK}-"
    paper = Paper("letter.xml.j2", {"letter": letter, "number": number}, letter.about, letterhead, day, language)
    if template is None:
        return draw(paper, ["report"])
    from gbv_kpi.render.docx import template as office

    fields = {"nam": str(day.year), "don_vi": letter.unit.name, "trich_yeu": language.say(letter.about)}
    known = fields | office.letterhead_fields(plan, letterhead, number, language)
    return office.fill_in(template, paper, known, ["noi_dung"])


def draw(paper: Paper, parts: Sequence[str]) -> bytes:
    """Return the document in the layout of the decree, its second part on pages that lie on their side."""
    document = _new_document(paper.language)
    xml = paper.parts(document)
    _append(document, xml(parts[0]))
    for part in parts[1:]:
        landscape = document.add_section(WD_SECTION.NEW_PAGE)
        document.paragraphs[-1].style = "Ngắt phần"
        landscape.orientation = WD_ORIENT.LANDSCAPE
        landscape.different_first_page_header_footer = False
        _lay_out(landscape, *reversed(PAPER))
        _append(document, xml(part))
    properties = document.core_properties
    properties.author = escape_controls(paper.language.say(paper.letterhead.issuer or ""))
    properties.title = escape_controls(paper.language.say(paper.title))
    properties.language = paper.language.tag
    properties.comments = properties.last_modified_by = ""
    return saved(document, paper.day)


def _environment(document: Document, language: Language) -> Environment:
    functions = jinja.functions_of(formatting, sentences, contents)
    environment = jinja.environment(Path(__file__).parent, language, functions)
    environment.filters["twips"] = lambda length: round(length * TWENTIETHS_PER_MM)
    environment.filters["share"] = lambda width, total: round(width / total * WHOLE_WIDTH)
    environment.globals |= {
        "BLANK": contents.BLANK,
        "MEANING": formatting.MEANING,
        "SHOWN_LACKING": contents.SHOWN_LACKING,
        "zip": zip,
        "page_width": partial(_widest_page, document),
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
    for style in _elements(template.render(normal=normal.style_id if normal else None)):
        if style.name_val not in known:
            styles.element.append(style)


def saved(document: Document, day: date) -> bytes:
    """Return the file, dated by its figures, so that equal figures give equal bytes, and marked as our report."""
    properties = document.core_properties
    properties.category = REPORT_MARK
    properties.created = properties.modified = datetime.combine(day, time(), UTC)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _elements(xml: str) -> list[Any]:
    """Return the elements of some XML of Word, with the properties that python-docx gives each."""
    return list(parse_xml(f"<w:body {nsdecls('w')}>{xml}</w:body>"))


def _append(document: Document, xml: str) -> None:
    for element in _elements(xml):
        document.element.body.insert_element_before(element, "w:sectPr")


def _new_document(language: Language) -> Document:
    """Return a blank document on the decree's paper, with its styles and page numbers."""
    document = docx.Document()
    for setting in document.settings.element.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":  # the library's blank document is of 2010
            setting.set(qn("w:val"), "15")
    styles = document.styles.element
    for element in list(styles):  # the library's own, and the fonts of its theme
        if element.tag == qn("w:docDefaults") or (element.tag == qn("w:style") and not element.get(qn("w:default"))):
            styles.remove(element)
    looks = _environment(document, language).get_template("normal.xml.j2").render()
    document.styles["Normal"].element.extend(_elements(looks))
    define_styles(document, language)
    section = document.sections[0]
    _lay_out(section, *PAPER)
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]  # in the middle of the top margin, but for the first page
    number.style = "Số trang"
    number._p.append(parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>2</w:t></w:r></w:fldSimple>'))
    return document


def _lay_out(section: Section, width: float, height: float) -> None:
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
    section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
    section.header_distance = section.footer_distance = Mm(NUMBER_FROM_TOP)
