"""The parts above and below the body of an official document, from the plan's words for its report.

The decree's rules: the one under the motto is as long as the motto, those under the issuing body and under the
subject are a third to a half of the text.
"""

from collections.abc import Sequence

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm

from gbv_kpi.i18n import Bilingual, Phrase, phrase
from gbv_kpi.plan import Plan
from gbv_kpi.plan.model import Letterhead
from gbv_kpi.render.docx.draft import Draft
from gbv_kpi.render.docx.styles import Style
from gbv_kpi.render.docx.wording import BLANK, document_title, on_its_subject

# The decree's own words, in every language of the report.
NATION_NAME = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO_WORDS = "Độc lập - Tự do - Hạnh phúc"
MOTTO_WIDTH = 55.9  # mm, in bold Times New Roman of 13 points
# The decree has the superior body's name written with the usual abbreviations.
USUAL = {"ỦY BAN NHÂN DÂN": "UBND", "UỶ BAN NHÂN DÂN": "UBND", "HỘI ĐỒNG NHÂN DÂN": "HĐND"}

COLUMNS = (75, 90)  # mm: the issuing body's and the nation's
TEXT_WIDTH = sum(COLUMNS)
RULE_SHARE = 0.4  # of the text above it
POINT = 25.4 / 72  # mm
LINES_TO_SIGN = 5
BLANK_NAME = "………………………"


def head(draft: Draft, letterhead: Letterhead, written_number: str, about: Phrase | None = None) -> None:
    """Write the bodies and the number at the left, the nation, the motto, the place and the date at the right.

    A letter says what it is about below its number; a report has a subject of its own.
    """
    (bodies, nation), (number, place) = draft.side_by_side(COLUMNS, rows=2)
    if letterhead.superior:
        draft.write(abbreviated(draft.text(letterhead.superior).upper()), Style.SUPERIOR, bodies)
    issuer = draft.text(letterhead.issuer or BLANK).upper()
    draft.write(issuer, Style.ISSUER, bodies)
    draft.rule(rule_length(issuer, Style.ISSUER, COLUMNS[0]), COLUMNS[0], bodies)
    draft.write(NATION_NAME, Style.NATION, nation)
    draft.write(MOTTO_WORDS, Style.MOTTO, nation)
    draft.rule(MOTTO_WIDTH, COLUMNS[1], nation)
    draft.write(phrase("No.: {number}", number=written_number), Style.NUMBER, number)
    if about:
        draft.write(phrase("Re: {subject}", subject=about), Style.ABOUT, number)
    draft.write(phrase("{place}, {date}", place=letterhead.place, date=blank_date()), Style.PLACE_AND_DATE, place)


def report_number(letterhead: Letterhead) -> str:
    """Return the number of the report, with room for what the records office gives it."""
    return f"      /BC-{letterhead.issuer_short or BLANK}"


def blank_date() -> Phrase:
    """Return the day that the report is signed."""
    return phrase("day      month      year        ")


def subject(draft: Draft, plan: Plan, year: str) -> None:
    """Write BÁO CÁO, and on what."""
    draft.write(phrase("REPORT"), Style.KIND)
    document = on_its_subject(document_title(plan), plan)
    about = draft.text(phrase("Results of {year} of {document}", year=year, document=document))
    draft.write(about, Style.SUBJECT)
    draft.rule(rule_length(about, Style.SUBJECT, TEXT_WIDTH), TEXT_WIDTH)


def addressees(draft: Draft, letterhead: Letterhead) -> None:
    """Write one body on the line of the words, several below each other."""
    names = letterhead.addressed_to
    if not names:
        return
    to = phrase("To:")
    if len(names) == 1:
        paragraph = draft.write(f"{draft.text(to)} {draft.text(names[0])}.", Style.ADDRESSEE)
        paragraph.paragraph_format.left_indent, paragraph.alignment = Mm(0), WD_ALIGN_PARAGRAPH.CENTER
        return
    draft.write(to, Style.ADDRESSEE)
    for line in _listed(draft, names):
        draft.write(f"        {line}", Style.ADDRESSEE)


def signature(draft: Draft, letterhead: Letterhead) -> None:
    """Write who gets the report at the left; at the right who signs it, with room for signature, seal and name."""
    ((left, right),) = draft.side_by_side(COLUMNS)
    draft.write(phrase("Recipients:"), Style.RECIPIENTS, left)
    for line in _listed(draft, letterhead.recipients or (phrase("As above"), phrase("Archive"))):
        draft.write(line, Style.RECIPIENT, left)
    titles = [draft.text(title).upper() for title in letterhead.signatory or (phrase("HEAD OF THE BODY"),)]
    for line in (*titles, *[""] * LINES_TO_SIGN, BLANK_NAME):
        draft.write(line, Style.SIGNATORY, right)


def _listed(draft: Draft, names: Sequence[Bilingual | Phrase]) -> list[str]:
    """Return the names with a dash before each, a semicolon after, a full stop after the last."""
    return [f"- {draft.text(name)}{';' if name is not names[-1] else '.'}" for name in names]


def abbreviated(name: str) -> str:
    """Return the name, in capitals, with its usual abbreviations.

    >>> abbreviated("ỦY BAN NHÂN DÂN TỈNH NINH BÌNH")
    'UBND TỈNH NINH BÌNH'
    """
    for words, abbreviation in USUAL.items():
        name = name.replace(words, abbreviation)
    return name


def rule_length(text: str, style: Style, column: float) -> float:
    """Return the length (mm) of the rule under a text in a column of that width."""
    look = style.value
    return RULE_SHARE * widest_line(text, look.points or 0, column - 2 * look.sides)


def widest_line(text: str, points: float, column: float) -> float:
    """Return about how wide (mm) the widest line of a text in bold Times New Roman is, broken to fit a column.

    Near enough for a rule of a third to a half of it.

    >>> round(widest_line("SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI", 12, 69))
    62
    """
    widest = line = 0.0
    for word in text.split():
        width = sum(map(_advance, word)) * points * POINT
        longer = line + (0.25 * points * POINT if line else 0) + width
        line = longer if longer <= column else width
        widest = max(widest, min(line, column))
    return widest


def _advance(character: str) -> float:
    """Return the width of a character in sizes of its font."""
    if character in "Iijltf.,;:/-–()":
        return 0.35
    return 0.71 if character.isupper() else 0.5
