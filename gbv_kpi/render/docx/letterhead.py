"""What stands above and below the body of an official document, from the plan's words for its report.

The decree's rules: the one under the motto is as long as the motto, those under the issuing body and under the
subject are a third to a half of the text.
"""

from collections.abc import Sequence

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm

from gbv_kpi.i18n import Bilingual, Phrase, phrase
from gbv_kpi.plan import Plan
from gbv_kpi.plan.model import Letterhead
from gbv_kpi.render.docx.decree import BLANK, abbreviated, document_title, on_its_subject, widest_line
from gbv_kpi.render.docx.draft import Draft
from gbv_kpi.render.docx.styles import (
    ABOUT,
    ADDRESSEE,
    ISSUER,
    KIND,
    MOTTO,
    NATION,
    NUMBER,
    PLACE_AND_DATE,
    RECIPIENT,
    RECIPIENTS,
    SIGNATORY,
    SUBJECT,
    SUPERIOR,
)

# The decree's own words, in every language of the report.
NATION_NAME = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO_WORDS = "Độc lập - Tự do - Hạnh phúc"
MOTTO_WIDTH = 55.9  # mm, in bold Times New Roman of 13 points

COLUMNS = (75, 90)  # mm: the issuing body's and the nation's
TEXT_WIDTH = sum(COLUMNS)
RULE_SHARE = 0.4  # of the text above it
LINES_TO_SIGN = 5
BLANK_NAME = "………………………"


def head(draft: Draft, letterhead: Letterhead, written_number: str, about: Phrase | None = None) -> None:
    """The bodies and the number at the left, the nation, the motto, the place and the date at the right.

    A letter says what it is about below its number; a report has a subject of its own.
    """
    (bodies, nation), (number, place) = draft.side_by_side(COLUMNS, rows=2)
    if letterhead.superior:
        draft.write(abbreviated(draft.text(letterhead.superior).upper()), SUPERIOR, bodies)
    issuer = draft.text(letterhead.issuer or BLANK).upper()
    draft.write(issuer, ISSUER, bodies)
    within = COLUMNS[0] - ISSUER.left - ISSUER.right
    draft.rule(RULE_SHARE * widest_line(issuer, ISSUER.points or 0, within), COLUMNS[0], bodies)
    draft.write(NATION_NAME, NATION, nation)
    draft.write(MOTTO_WORDS, MOTTO, nation)
    draft.rule(MOTTO_WIDTH, COLUMNS[1], nation)
    draft.write(phrase("No.: {number}", number=written_number), NUMBER, number)
    if about:
        draft.write(phrase("Re: {subject}", subject=about), ABOUT, number)
    draft.write(phrase("{place}, {date}", place=letterhead.place, date=blank_date()), PLACE_AND_DATE, place)


def report_number(letterhead: Letterhead) -> str:
    """The number of the report, which the records office gives it."""
    return f"      /BC-{letterhead.issuer_short or BLANK}"


def blank_date() -> Phrase:
    """The day the report is signed."""
    return phrase("day      month      year        ")


def subject(draft: Draft, plan: Plan, year: str) -> None:
    """BÁO CÁO, and on what."""
    draft.write(phrase("REPORT"), KIND)
    about = draft.text(
        phrase("Results of {year} of {document}", year=year, document=on_its_subject(document_title(plan), plan))
    )
    draft.write(about, SUBJECT)
    within = TEXT_WIDTH - SUBJECT.left - SUBJECT.right
    draft.rule(RULE_SHARE * widest_line(about, SUBJECT.points or 0, within), TEXT_WIDTH)


def addressees(draft: Draft, letterhead: Letterhead) -> None:
    """One body on the line of the words, several below each other."""
    names = letterhead.addressed_to
    if not names:
        return
    to = phrase("To:")
    if len(names) == 1:
        paragraph = draft.write(f"{draft.text(to)} {draft.text(names[0])}.", ADDRESSEE)
        paragraph.paragraph_format.left_indent, paragraph.alignment = Mm(0), WD_ALIGN_PARAGRAPH.CENTER
        return
    draft.write(to, ADDRESSEE)
    for line in _listed(draft, names):
        draft.write(f"        {line}", ADDRESSEE)


def _listed(draft: Draft, names: Sequence[Bilingual | Phrase]) -> list[str]:
    """A dash before each, a semicolon after, a full stop after the last."""
    return [f"- {draft.text(name)}{';' if name is not names[-1] else '.'}" for name in names]


def signature(draft: Draft, letterhead: Letterhead) -> None:
    """Who gets the report at the left; who signs it at the right, with room for signature, seal and name."""
    ((left, right),) = draft.side_by_side(COLUMNS)
    draft.write(phrase("Recipients:"), RECIPIENTS, left)
    recipients = letterhead.recipients or (phrase("As above"), phrase("Archive"))
    for line in _listed(draft, recipients):
        draft.write(line, RECIPIENT, left)
    for title in letterhead.signatory or (phrase("HEAD OF THE BODY"),):
        draft.write(draft.text(title).upper(), SIGNATORY, right)
    for _ in range(LINES_TO_SIGN):
        draft.write("", SIGNATORY, right)
    draft.write(BLANK_NAME, SIGNATORY, right)
