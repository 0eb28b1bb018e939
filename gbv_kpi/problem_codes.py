"""Read the catalogue of problem codes from `problem_codes.toml`, where a new code is added."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import tomli

from gbv_kpi.i18n import Phrase, phrase


class Severity(StrEnum):
    """How severe a problem is."""

    ERROR = "error"  # the return is excluded from all findings
    WARNING = "warning"  # something was read in a way the officer should confirm


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """The severity and texts of all problems with one code."""

    severity: Severity
    meaning: Phrase
    example: Phrase
    remedy: Phrase


CATALOGUE: Mapping[str, ProblemKind] = {
    code: ProblemKind(Severity(severity), *(phrase(kind[key]) for key in ("meaning", "example", "remedy")))
    for severity, kinds in tomli.loads(Path(__file__).with_suffix(".toml").read_text("utf-8")).items()
    for code, kind in kinds.items()
}
