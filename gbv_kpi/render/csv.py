"""Being written."""

from gbv_kpi.language import Language
from gbv_kpi.outcome import Outcome


def to_csv(outcome: Outcome, language: Language) -> str:
    raise NotImplementedError
