"""The looks of an official document (Nghị định 30/2020/NĐ-CP, Phụ lục I) as named styles of Word.

An officer changes a look once, in its style. A style that an office's own template defines stays as it is there.
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, cast

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import OxmlElement, parse_xml
from docx.shared import Mm, Pt
from docx.styles.style import ParagraphStyle

if TYPE_CHECKING:
    from lxml.etree import _Element

FONT = "Times New Roman"
BODY_POINTS = 14
LEFT, CENTRE, JUSTIFIED = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY


@dataclass(frozen=True, slots=True)
class Look:
    """A paragraph style: lengths in millimetres, gaps in points."""

    name: str  # as Word lists it
    points: float | None = None  # None: as large as the body
    bold: bool = False
    italic: bool = False
    align: WD_ALIGN_PARAGRAPH = CENTRE
    first_line: float = 0
    sides: float = 0  # indents left and right
    left: float = 0
    before: float = 0
    after: float = 0
    spacing: float = 1.0  # lines
    outline_level: int | None = None  # of a heading, in Word's navigation, from 0
    stays_with_next: bool = False
    built_in: bool = False  # one that Word knows by this name


_TEXT = Look("Body Text", align=JUSTIFIED, first_line=12.7, after=6, spacing=1.1, built_in=True)
_HEADING = replace(_TEXT, bold=True, stays_with_next=True)


class Style(Enum):
    """Every style of a document."""

    NATION = Look("Quốc hiệu", 12, bold=True)
    MOTTO = Look("Tiêu ngữ", 13, bold=True)
    SUPERIOR = Look("Cơ quan chủ quản", 12, sides=3)
    ISSUER = Look("Cơ quan ban hành", 12, bold=True, sides=3)
    NUMBER = Look("Số, ký hiệu", 13, before=4)
    ABOUT = Look("Trích yếu công văn", 12, sides=6)
    PLACE_AND_DATE = Look("Địa danh, thời gian", 13, italic=True, before=4)
    KIND = Look("Tên loại", 14, bold=True, before=18)
    SUBJECT = Look("Trích yếu", 14, bold=True, sides=10)
    ADDRESSEE = Look("Kính gửi", 14, align=LEFT, left=30)
    BODY = _TEXT
    SECTION = replace(_HEADING, name="Heading 1", before=6, spacing=1.0, outline_level=0)
    ITEM = replace(_HEADING, name="Heading 2", outline_level=1)
    POINT = replace(_TEXT, name="Điểm", built_in=False)
    TABLE_TITLE = Look("Tên bảng", 13, bold=True, before=6, after=4, stays_with_next=True)
    CELL = Look("Chữ trong bảng", 12)
    ANNEX_CELL = Look("Chữ trong phụ lục", 10)
    GAP = Look("Khoảng cách", 6)
    SECTION_END = Look("Ngắt phần", 1)  # so small that it opens no page of its own
    RULE = Look("Đường kẻ", 3, before=3)
    SIGNATORY = Look("Chức vụ, họ tên người ký", 14, bold=True)
    RECIPIENTS = Look("Nơi nhận", 12, bold=True, italic=True, align=LEFT)
    RECIPIENT = Look("Danh sách nơi nhận", 11, align=LEFT)
    ANNEX_TITLE = Look("Tên phụ lục", 14, bold=True)
    ENCLOSED_WITH = Look("Chỉ dẫn kèm theo", 14, italic=True, after=6)
    PAGE_NUMBER = Look("Số trang", 14)


def define_styles(document: Document) -> None:
    """Add the styles that the document lacks; those it has stay as they are."""
    for look in (style.value for style in Style):
        if look.name not in document.styles:
            added = document.styles.add_style(look.name, WD_STYLE_TYPE.PARAGRAPH, look.built_in)
            _apply(look, cast("ParagraphStyle", added))
            added.base_style = document.styles.default(WD_STYLE_TYPE.PARAGRAPH)


def _apply(look: Look, style: ParagraphStyle) -> None:
    if look.points is not None:
        style.font.size = Pt(look.points)
        style.element.get_or_add_rPr().append(_element("w:szCs", int(look.points * 2)))
    style.font.bold, style.font.italic = look.bold, look.italic
    style.quick_style = True
    paragraph = style.paragraph_format
    paragraph.alignment = look.align
    paragraph.first_line_indent = Mm(look.first_line)
    paragraph.left_indent, paragraph.right_indent = Mm(look.left or look.sides), Mm(look.sides)
    paragraph.space_before, paragraph.space_after = Pt(look.before), Pt(look.after)
    paragraph.line_spacing = look.spacing
    paragraph.keep_with_next = look.stays_with_next
    if look.outline_level is not None:
        style.element.get_or_add_pPr().append(_element("w:outlineLvl", look.outline_level))


def _element(tag: str, value: int) -> "_Element":
    element = OxmlElement(tag)
    element.set(qn("w:val"), str(value))
    return element


def use_font(document: Document, language_tag: str) -> None:
    """Set Times New Roman for every script, in place of the library's own styles and the fonts of its theme."""
    styles = document.styles.element
    for element in list(styles):
        if element.tag == qn("w:docDefaults") or (element.tag == qn("w:style") and not element.get(qn("w:default"))):
            styles.remove(element)
    normal = document.styles["Normal"].element
    normal.append(parse_xml(f'<w:pPr {nsdecls("w")}><w:spacing w:before="0" w:after="0"/></w:pPr>'))
    fonts = " ".join(f'w:{script}="{FONT}"' for script in ("ascii", "hAnsi", "eastAsia", "cs"))
    sizes = f'<w:sz w:val="{2 * BODY_POINTS}"/><w:szCs w:val="{2 * BODY_POINTS}"/>'
    spoken = f'<w:lang w:val="{language_tag}" w:eastAsia="{language_tag}"/>'
    normal.append(parse_xml(f"<w:rPr {nsdecls('w')}><w:rFonts {fonts}/>{sizes}{spoken}</w:rPr>"))
