"""Being written."""

from gbv_kpi.language import Language
from gbv_kpi.outcome import Outcome


def to_xlsx(outcome: Outcome, language: Language) -> bytes:
    raise NotImplementedError
