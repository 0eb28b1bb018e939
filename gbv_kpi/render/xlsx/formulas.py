"""Write live formulas as exact as the engine: whole numbers are multiplied and compared, never rates.

A formula without a result gives "", which no sum counts as a number. Spreadsheets keep whole numbers exact up
to 15 digits: counts of at most 999,999,999 and a threshold with up to three decimals stay below that.
"""

from collections.abc import Mapping, Sequence

from gbv_kpi.kpi.finding import Status
from gbv_kpi.plan.thresholds import Measure, Threshold, weights

MAX_LITERAL = 255  # characters of a text inside a formula
MAX_FORMULA = 8192
MAX_CHOICES = 254


def quoted(text: str) -> str:
    """Return a text inside a formula, its quotation marks written twice."""
    doubled = text[:MAX_LITERAL].replace('"', '""')
    return f'"{doubled}"'


def known_sum(cells: Sequence[str], *, may_be_blank: bool) -> str:
    """Return the sum of some counts: "" where one is blank, or the sum of the others where counts may be blank.

    >>> known_sum(["R!C9", "R!E9"], may_be_blank=False)
    '=IF(COUNT(R!C9,R!E9)=2,R!C9+R!E9,"")'
    """
    listed = ",".join(cells)
    if may_be_blank:
        return f'=IF(COUNT({listed})=0,"",SUM({listed}))'
    return f'=IF(COUNT({listed})={len(cells)},{"+".join(cells)},"")'


def province_sum(counted: str, paired: str) -> str:
    """Return the sum of the range `counted` over the units that also give a count in the range `paired`."""
    return f'=IF(COUNTIFS({counted},">=0",{paired},">=0")=0,"",SUMIFS({counted},{paired},">=0"))'


def rate(numerator: str, denominator: str, measure: Measure) -> str:
    """Return the exact quotient; nothing if a count is missing or the denominator is 0."""
    return _guard_counts(numerator, denominator, quotient(numerator, denominator, measure), '""', '""')


def quotient(numerator: str, denominator: str, measure: Measure) -> str:
    """Return a rate as an expression; for a change, the quotient less 1."""
    return f"{numerator}/{denominator}{'-1' if measure == 'change' else ''}"


def verdict(numerator: str, denominator: str, threshold: Threshold | None, words: Mapping[Status, str]) -> str:
    """Return the status in words.

    >>> verdict("C9", "D9", None, {status: str(status) for status in Status})
    '=IF(COUNT(C9,D9)<2,"no-data",IF(D9=0,"no-cases","not-due"))'
    """
    judged = quoted(words[Status.NOT_DUE])
    if threshold:
        reached, demanded = _sides(numerator, denominator, threshold)
        met, missed = quoted(words[Status.MET]), quoted(words[Status.MISSED])
        judged = f"IF({reached}{threshold.comparator}{demanded},{met},{missed})"
    return _guard_counts(numerator, denominator, judged, quoted(words[Status.NO_DATA]), quoted(words[Status.NO_CASES]))


def lacking(numerator: str, denominator: str, threshold: Threshold) -> str:
    """Return how many the numerator lacks, or has too many where lower is better; 0 where the threshold is met."""
    a, _ = weights(threshold)
    reached, demanded = _sides(numerator, denominator, threshold)
    gap = f"({reached}-{demanded})" if threshold.lower_is_better else f"({demanded}-{reached})"
    strict = threshold.comparator in (">", "<")
    least = f"INT({gap}/{a})+1" if strict else f"ROUNDUP({gap}/{a},0)"
    return _guard_counts(numerator, denominator, f"IF({reached}{threshold.comparator}{demanded},0,{least})", '""', '""')


def choice(number: str, texts: Sequence[str]) -> str | None:
    """Return the text of that number, from 0; None where the texts are too long or too many for a formula."""
    formula = f"=CHOOSE(1+{number},{','.join(quoted(text) for text in texts)})"
    too_long = any(len(text) > MAX_LITERAL for text in texts) or len(formula) > MAX_FORMULA
    return None if too_long or len(texts) > MAX_CHOICES else formula


def _sides(numerator: str, denominator: str, threshold: Threshold) -> tuple[str, str]:
    """Return both counts with whole weights: they compare as the rate and the threshold do."""
    a, b = weights(threshold)
    return f"{numerator}*{a}", f"{denominator}*{b}"


def _guard_counts(numerator: str, denominator: str, judged: str, unknown: str, no_cases: str) -> str:
    return f"=IF(COUNT({numerator},{denominator})<2,{unknown},IF({denominator}=0,{no_cases},{judged}))"
