"""Being written."""

from gbv_kpi.outcome import Outcome


def publishable(outcome: Outcome, min_count: int) -> Outcome:
    raise NotImplementedError
