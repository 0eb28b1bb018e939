"""x"""

from gbv_kpi.language import Language
from gbv_kpi.outcome import Outcome


def filled_in(template: bytes, outcome: Outcome, language: Language) -> bytes:
    raise NotImplementedError
