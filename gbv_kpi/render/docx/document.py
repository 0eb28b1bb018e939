"""The report in the layout of the decree: paper, margins, page numbers, and what stands where."""

from datetime import date
from io import BytesIO

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import parse_xml
from docx.section import Section
from docx.shared import Mm

from gbv_kpi.i18n import Bilingual, Language, Phrase
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.plan.model import Letterhead
from gbv_kpi.render.docx.annex import annex, annex_heading
from gbv_kpi.render.docx.dates import date_document
from gbv_kpi.render.docx.draft import Draft
from gbv_kpi.render.docx.letterhead import addressees, head, report_number, signature, subject
from gbv_kpi.render.docx.sections import closing, opening, sections, year_of
from gbv_kpi.render.docx.styles import GAP, PAGE_NUMBER, SECTION_END, define_looks, use_font

PAPER = (210, 297)  # mm: A4
TOP, BOTTOM, LEFT, RIGHT = 20, 20, 30, 15  # mm: the decree has 20–25, 20–25, 30–35 and 15–20
NUMBER_FROM_TOP = 10  # mm: within the top margin


def official_report(outcome: Outcome, language: Language) -> bytes:
    """The whole document, the annex on pages lying on their side."""
    plan, letterhead, year = outcome.scorecard.plan, outcome.scorecard.plan.letterhead(outcome.day), year_of(outcome)
    draft = new_draft(language)
    head(draft, letterhead, report_number(letterhead))
    subject(draft, plan, year)
    draft.write("", GAP)
    addressees(draft, letterhead)
    draft.write("", GAP)
    opening(draft, outcome)
    sections(draft, outcome)
    closing(draft, outcome)
    signature(draft, letterhead)
    lying = draft.document.add_section(WD_SECTION.NEW_PAGE)
    draft.document.paragraphs[-1].style = SECTION_END.name
    lying.orientation = WD_ORIENT.LANDSCAPE
    lying.different_first_page_header_footer = False
    _lay_out(lying, *reversed(PAPER))
    annex_heading(draft, outcome, year)
    annex(draft, outcome)
    return saved(draft, plan.title, letterhead, outcome.day)


def new_draft(language: Language) -> Draft:
    """Return a blank document on the decree's paper, with its looks and page numbers."""
    document = docx.Document()
    _expect_word_of_today(document)
    use_font(document, "vi-VN" if language.tag == "vi" else "en-GB")
    define_looks(document)
    _lay_out(document.sections[0], *PAPER)
    _number_pages(document.sections[0])
    return Draft(document, language)


def _expect_word_of_today(document: Document) -> None:
    """The library's blank document is of 2010: Word would open it in its compatibility mode."""
    for setting in document.settings.element.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")


def _lay_out(section: Section, width: float, height: float) -> None:
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
    section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
    section.header_distance = section.footer_distance = Mm(NUMBER_FROM_TOP)


def _number_pages(section: Section) -> None:
    """In the middle of the top margin, but for the first page."""
    section.different_first_page_header_footer = True
    paragraph = section.header.paragraphs[0]
    paragraph.style = PAGE_NUMBER.name
    paragraph._p.append(parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>2</w:t></w:r></w:fldSimple>'))


def saved(draft: Draft, title: Phrase | Bilingual, letterhead: Letterhead, day: date) -> bytes:
    """Return the bytes of the document, of that title and day."""
    properties = draft.document.core_properties
    properties.author = draft.text(letterhead.issuer or "")
    properties.title = draft.text(title)
    properties.language = draft.language.tag
    properties.comments = properties.last_modified_by = ""
    date_document(draft.document, day)
    written = BytesIO()
    draft.document.save(written)
    return written.getvalue()
