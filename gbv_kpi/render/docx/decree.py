"""Words and measures of official documents: what they are called, how their dates are written, how wide a line is."""

from datetime import date

from gbv_kpi.i18n import Bilingual, Phrase, phrase
from gbv_kpi.plan import Plan

BLANK = "……"  # for the officer to fill in

# Abbreviations of Nghị định 30/2020/NĐ-CP, Phụ lục III, as they stand in a document's number.
KINDS = {
    "KH": phrase("Plan No. {number}"),
    "NQ": phrase("Resolution No. {number}"),
    "QĐ": phrase("Decision No. {number}"),
    "CTr": phrase("Programme No. {number}"),
    "ĐA": phrase("Scheme No. {number}"),
}

# The decree has the superior body's name written with the usual abbreviations.
USUAL = {"ỦY BAN NHÂN DÂN": "UBND", "UỶ BAN NHÂN DÂN": "UBND", "HỘI ĐỒNG NHÂN DÂN": "HĐND"}

POINT = 25.4 / 72  # millimetres


def document_title(plan: Plan) -> Phrase:
    """Kế hoạch số 63/KH-UBND: the kind of document is told by its number."""
    kind = plan.number.partition("/")[2].rpartition("/")[2].partition("-")[0]
    return phrase(KINDS.get(kind, KINDS["KH"]).wording, number=plan.number)


def on_its_subject(document: Phrase, plan: Plan) -> Phrase | Bilingual:
    """The document and what it is on; a title that names the document itself says both."""
    if plan.number in plan.title.vi:
        return plan.title
    return phrase("{document} on {title}", document=document, title=plan.title)


def official_day(day: date) -> str:
    """The numerals as the decree writes them: days below 10 and the months 1 and 2 take a leading zero.

    >>> official_day(date(2021, 5, 12)), official_day(date(2025, 2, 3))
    ('12/5/2021', '03/02/2025')
    """
    month = f"{day.month:02}" if day.month <= 2 else str(day.month)
    return f"{day.day:02}/{month}/{day.year}"


def abbreviated(name: str) -> str:
    """The name, in capitals, with its usual abbreviations.

    >>> abbreviated("ỦY BAN NHÂN DÂN TỈNH NINH BÌNH")
    'UBND TỈNH NINH BÌNH'
    """
    for words, abbreviation in USUAL.items():
        name = name.replace(words, abbreviation)
    return name


def widest_line(text: str, points: float, column: float) -> float:
    """About how wide (mm) the widest line of a text in bold Times New Roman is, broken to fit a column.

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
    """The width of a character by its size."""
    if character in "Iijltf.,;:/-–()":
        return 0.35
    return 0.71 if character.isupper() else 0.5
