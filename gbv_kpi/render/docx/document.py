"""A report, or a letter to a unit (công văn), as a Word document: in the layout of the decree, or in an office's own.

Both are drafts for the officer: number, date and signature stay blank, and so does what no return tells.
"""

from datetime import date
from functools import partial
from io import BytesIO

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import parse_xml
from docx.section import Section
from docx.shared import Mm

from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import Bilingual, Language, Phrase
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.plan import Plan
from gbv_kpi.plan.model import Letterhead
from gbv_kpi.render.docx.fields import fields, letterhead_fields
from gbv_kpi.render.docx.parts import date_document, define_styles, elements, letter_parts, report_parts
from gbv_kpi.render.docx.wording import BLANK
from gbv_kpi.render.letters import Letter

FONT, BODY_SIZE = "Times New Roman", 28  # half points
PAPER = (210, 297)  # mm: A4
TOP, BOTTOM, LEFT, RIGHT = 20, 20, 30, 15  # mm: the decree has 20–25, 20–25, 30–35 and 15–20
NUMBER_FROM_TOP = 10  # mm: within the top margin
BYTES_OF_FINDING = 2**13  # of a document: the more of them, the longer it may take to be written


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
    lying = document.add_section(WD_SECTION.NEW_PAGE)
    document.paragraphs[-1].style = "Ngắt phần"
    lying.orientation = WD_ORIENT.LANDSCAPE
    lying.different_first_page_header_footer = False
    _lay_out(lying, *reversed(PAPER))
    _append(document, parts_in(document)("annex"))
    return _saved(document, plan.title, plan.letterhead(outcome.day), outcome.day, language)


def letter_to_docx(letter: Letter, plan: Plan, day: date, language: Language, template: bytes | None = None) -> bytes:
    """Return the letter. Raises `UsageError` for a template that cannot be filled in."""
    to = language.say(letter.addressee)
    letterhead = plan.letterhead(day)._replace(addressed_to=(Bilingual(to, to),))
    number = f"      /{letterhead.issuer_short or BLANK}-"
    parts_in = partial(letter_parts, letter=letter, letterhead=letterhead, number=number, language=language)
    if template is not None:
        from gbv_kpi.render.docx.template import fill_in

        own = {"nam": str(day.year), "don_vi": letter.unit.name, "trich_yeu": language.say(letter.about)}
        known = own | letterhead_fields(plan, letterhead, number, language)
        return fill_in(template, known, ["noi_dung"], parts_in, day, language)
    document = _new_document(language)
    _append(document, parts_in(document)("report"))
    return _saved(document, letter.about, letterhead, day, language)


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
    spoken = f'<w:lang w:val="{language_tag}" w:eastAsia="{language_tag}"/>'
    gaps = '<w:pPr><w:spacing w:before="0" w:after="0"/></w:pPr>'
    looks = elements(f"{gaps}<w:rPr><w:rFonts {fonts}/>{sizes}{spoken}</w:rPr>")
    document.styles["Normal"].element.extend(looks)


def _append(document: Document, xml: str) -> None:
    """Write the XML below what the document has."""
    for element in elements(xml):
        document.element.body.insert_element_before(element, "w:sectPr")


def _lay_out(section: Section, width: float, height: float) -> None:
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
    section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
    section.header_distance = section.footer_distance = Mm(NUMBER_FROM_TOP)


def _saved(
    document: Document, title: Phrase | Bilingual, letterhead: Letterhead, day: date, language: Language
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
