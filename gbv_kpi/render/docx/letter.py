"""A letter to a unit (công văn) in the layout of Nghị định 30/2020/NĐ-CP, or in an office's own document."""

from datetime import date
from functools import partial

from gbv_kpi.i18n import Bilingual, Language, phrase
from gbv_kpi.plan import Plan
from gbv_kpi.render.docx.decree import BLANK, document_title, official_day
from gbv_kpi.render.docx.document import new_draft, saved
from gbv_kpi.render.docx.draft import Draft
from gbv_kpi.render.docx.letterhead import addressees, head, signature
from gbv_kpi.render.docx.styles import GAP, POINT
from gbv_kpi.render.docx.table_xml import Cell
from gbv_kpi.render.letters import HEADINGS, Letter

WIDTHS = (44, 33, 30, 22, 18, 18)  # mm


def letter_to_docx(letter: Letter, plan: Plan, day: date, language: Language, template: bytes | None = None) -> bytes:
    """Return the letter as a document. Raises `UsageError` for a template that cannot be filled in."""
    to = language.say(letter.addressee)
    letterhead = plan.letterhead(day)._replace(addressed_to=(Bilingual(to, to),))
    number = f"      /{letterhead.issuer_short or BLANK}-"
    if template is not None:
        from gbv_kpi.render.docx.template import filled_with

        fields = {
            "nam": str(day.year),
            "don_vi": letter.unit.name,
            "kinh_gui": [to],
            "trich_yeu": language.say(letter.about),
            "so_ky_hieu": number.strip(),
            "so_ke_hoach": plan.number,
            "ten_van_ban": language.say(document_title(plan)),
            "ngay_ke_hoach": official_day(plan.issued) if plan.issued else BLANK,
            "co_quan_chu_quan": language.say(letterhead.superior or ""),
            "co_quan_ban_hanh": language.say(letterhead.issuer or ""),
            "dia_danh": language.say(letterhead.place),
            "noi_nhan": [language.say(one) for one in letterhead.recipients],
            "nguoi_ky": [language.say(one) for one in letterhead.signatory],
        }
        return filled_with(template, fields, {"noi_dung": partial(_body, letter=letter)}, day, language)
    draft = new_draft(language)
    head(draft, letterhead, number, letter.about)
    draft.write("", GAP)
    addressees(draft, letterhead)
    draft.write("", GAP)
    _body(draft, letter)
    signature(draft, letterhead)
    return saved(draft, letter.about, letterhead, day)


def _body(draft: Draft, letter: Letter) -> None:
    for sentence in letter.opening:
        draft.write(sentence)
    for point in letter.points:
        draft.write(phrase("- {sentence}", sentence=point), POINT)
    if letter.rows:
        rows = [
            [Cell(text, "left" if number == 0 else "center") for number, text in enumerate(row)] for row in letter.rows
        ]
        draft.table(None, WIDTHS, [(draft.text(heading),) for heading in HEADINGS], rows)
    draft.write(f"{draft.text(letter.closing)}./.")
