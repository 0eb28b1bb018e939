"""Write a report, or a letter to a unit (công văn), in Word: in the layout of the decree, or in an office's own.

Both are drafts for the officer: number, date and signature stay blank, as do counts that no return reports.
"""

from datetime import date

from gbv_kpi.i18n import Bilingual, Language
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.plan import Plan
from gbv_kpi.render.docx import wording
from gbv_kpi.render.docx.document import Paper, draw
from gbv_kpi.render.letters import Letter

BYTES_OF_FINDING = 2**13  # of a document, for the time limit of writing it


def to_docx(outcome: Outcome, language: Language, template: bytes | None = None) -> bytes:
    """Return the report. Raises `UsageError` for a template that cannot be filled in."""
    plan = outcome.scorecard.plan
    letterhead = plan.letterhead(outcome.day)
    number = f"      /BC-{letterhead.issuer_short or wording.BLANK}"  # with room for what the records office gives it
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
    number = f"      /{letterhead.issuer_short or wording.BLANK}-"
    paper = Paper("letter.xml.j2", {"letter": letter, "number": number}, letter.about, letterhead, day, language)
    if template is None:
        return draw(paper, ["report"])
    from gbv_kpi.render.docx import template as office

    fields = {"nam": str(day.year), "don_vi": letter.unit.name, "trich_yeu": language.say(letter.about)}
    known = fields | office.letterhead_fields(plan, letterhead, number, language)
    return office.fill_in(template, paper, known, ["noi_dung"])
