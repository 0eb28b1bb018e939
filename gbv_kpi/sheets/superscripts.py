"""Text whose parts look different: raised numbers of footnotes, and what is struck out or not shown.

A reader would give 12 with the note 1 as 121, and 15 put right to 20 as 1520. Raised digits are written as those that
Unicode has, which no figure holds and no heading is asked for; what is struck out is left out.
"""

from collections.abc import Iterable

_DIGITS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

Run = tuple[str, bool, bool]  # a text, whether it is raised (or lowered), whether it is struck out


def join_runs(runs: Iterable[Run]) -> tuple[str, bool]:
    """Return the text that is seen, and whether some was left out.

    >>> join_runs([("15", False, True), ("20", False, False), ("1", True, False)])
    ('20¹', True)
    """
    runs = list(runs)
    seen = [text.translate(_DIGITS) if is_raised else text for text, is_raised, is_struck in runs if not is_struck]
    return "".join(seen), any(is_struck and text.strip() for text, _, is_struck in runs)
