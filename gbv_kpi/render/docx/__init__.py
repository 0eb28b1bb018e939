"""The official report as a Word document, laid out as Nghị định 30/2020/NĐ-CP asks (Phụ lục I).

It is a draft for the officer: number, date and signature stay blank, and so does what no return tells, such as what
was done for each task group. Everything else is what the findings say.
"""

from gbv_kpi.i18n import Language
from gbv_kpi.kpi.outcome import Outcome

__all__ = ["to_docx"]


def to_docx(outcome: Outcome, language: Language, template: bytes | None = None) -> bytes:
    """The report in the layout of the decree, or in an office's own document (see `docx.template`).

    Raises `UsageError` for a template that cannot be filled in.
    """
    if template is not None:
        from gbv_kpi.render.docx.template import filled_in

        return filled_in(template, outcome, language)
    from gbv_kpi.render.docx.document import official_report

    return official_report(outcome, language)
