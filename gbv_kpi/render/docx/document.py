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

from gbv_kpi.i18n import Bilingual, Language, Phrase, phrase
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.plan import Plan
from gbv_kpi.plan.model import Letterhead
from gbv_kpi.render.docx.annex import annex, annex_heading
from gbv_kpi.render.docx.draft import Column, Draft, date_document
from gbv_kpi.render.docx.fields import fields, letterhead_fields
from gbv_kpi.render.docx.letterhead import addressees, head, report_number, signature, subject
from gbv_kpi.render.docx.sections import content
from gbv_kpi.render.docx.styles import Style, define_styles, use_font
from gbv_kpi.render.docx.wording import BLANK, year_of
from gbv_kpi.render.letters import HEADINGS, Letter

PAPER = (210, 297)  # mm: A4
TOP, BOTTOM, LEFT, RIGHT = 20, 20, 30, 15  # mm: the decree has 20–25, 20–25, 30–35 and 15–20
NUMBER_FROM_TOP = 10  # mm: within the top margin
LETTER_WIDTHS = (38, 33, 30, 18, 30, 16)  # mm
BYTES_OF_FINDING = 2**13  # of a document: the more of them, the longer it may take to be written


def to_docx(outcome: Outcome, language: Language, template: bytes | None = None) -> bytes:
    """Return the report. Raises `UsageError` for a template that cannot be filled in."""
    if template is not None:
        from gbv_kpi.render.docx.template import PARTS, fill_in

        parts = {name: partial(part, outcome=outcome) for name, part in PARTS.items()}
        size = len(outcome.scorecard.frame) * BYTES_OF_FINDING
        return fill_in(template, fields(outcome, language), parts, outcome.day, language, size)
    plan, letterhead = outcome.scorecard.plan, outcome.scorecard.plan.letterhead(outcome.day)
    draft = _new_draft(language)
    head(draft, letterhead, report_number(letterhead))
    subject(draft, plan, year_of(outcome))
    _address(draft, letterhead)
    content(draft, outcome)
    signature(draft, letterhead)
    lying = draft.document.add_section(WD_SECTION.NEW_PAGE)
    draft.document.paragraphs[-1].style = Style.SECTION_END.value.name
    lying.orientation = WD_ORIENT.LANDSCAPE
    lying.different_first_page_header_footer = False
    _lay_out(lying, *reversed(PAPER))
    annex_heading(draft, outcome)
    annex(draft, outcome)
    return _saved(draft, plan.title, letterhead, outcome.day)


def letter_to_docx(letter: Letter, plan: Plan, day: date, language: Language, template: bytes | None = None) -> bytes:
    """Return the letter. Raises `UsageError` for a template that cannot be filled in."""
    to = language.say(letter.addressee)
    letterhead = plan.letterhead(day)._replace(addressed_to=(Bilingual(to, to),))
    number = f"      /{letterhead.issuer_short or BLANK}-"
    if template is not None:
        from gbv_kpi.render.docx.template import fill_in

        own = {"nam": str(day.year), "don_vi": letter.unit.name, "trich_yeu": language.say(letter.about)}
        known = own | letterhead_fields(plan, letterhead, number, language)
        return fill_in(template, known, {"noi_dung": partial(_letter_body, letter=letter)}, day, language)
    draft = _new_draft(language)
    head(draft, letterhead, number, letter.about)
    _address(draft, letterhead)
    _letter_body(draft, letter)
    signature(draft, letterhead)
    return _saved(draft, letter.about, letterhead, day)


def _letter_body(draft: Draft, letter: Letter) -> None:
    for sentence in letter.opening:
        draft.write(sentence)
    for point in letter.points:
        draft.write(phrase("- {sentence}", sentence=point), Style.POINT)
    if letter.rows:
        columns = [
            Column(*column) for column in zip(HEADINGS, LETTER_WIDTHS, zip(*letter.rows, strict=True), strict=True)
        ]
        draft.table([columns[0]._replace(align="left"), *columns[1:]])
    draft.write(f"{draft.text(letter.closing)}./.")


def _new_draft(language: Language) -> Draft:
    """Return a blank document on the decree's paper, with its styles and page numbers."""
    document = docx.Document()
    _expect_word_of_today(document)
    use_font(document, "vi-VN" if language.tag == "vi" else "en-GB")
    define_styles(document)
    _lay_out(document.sections[0], *PAPER)
    _number_pages(document.sections[0])
    return Draft(document, language)


def _expect_word_of_today(document: Document) -> None:
    """Keep Word from its compatibility mode: the library's blank document is of 2010."""
    for setting in document.settings.element.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")


def _lay_out(section: Section, width: float, height: float) -> None:
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
    section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
    section.header_distance = section.footer_distance = Mm(NUMBER_FROM_TOP)


def _number_pages(section: Section) -> None:
    """Put the page's number in the middle of the top margin, but for the first page."""
    section.different_first_page_header_footer = True
    paragraph = section.header.paragraphs[0]
    paragraph.style = Style.PAGE_NUMBER.value.name
    paragraph._p.append(parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>2</w:t></w:r></w:fldSimple>'))


def _address(draft: Draft, letterhead: Letterhead) -> None:
    draft.write("", Style.GAP)
    addressees(draft, letterhead)
    draft.write("", Style.GAP)


def _saved(draft: Draft, title: Phrase | Bilingual, letterhead: Letterhead, day: date) -> bytes:
    properties = draft.document.core_properties
    properties.author = draft.text(letterhead.issuer or "")
    properties.title = draft.text(title)
    properties.language = draft.language.tag
    properties.comments = properties.last_modified_by = ""
    date_document(draft.document, day)
    written = BytesIO()
    draft.document.save(written)
    return written.getvalue()
