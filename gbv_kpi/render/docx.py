"""Being written."""

from gbv_kpi.language import Language
from gbv_kpi.outcome import Outcome


def to_docx(outcome: Outcome, language: Language, template: bytes | None = None) -> bytes:
    raise NotImplementedError
