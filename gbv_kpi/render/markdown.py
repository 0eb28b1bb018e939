"""Being written."""

from gbv_kpi.language import Language
from gbv_kpi.outcome import Outcome


def to_markdown(outcome: Outcome, language: Language) -> str:
    raise NotImplementedError
