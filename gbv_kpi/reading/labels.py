"""Represent the meaning of a heading by its phrases, and read the closed list of phrases."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from gbv_kpi.reading.normalize import plain_words, words

Key = tuple[str, ...]
_FILE = Path(__file__).with_name("vocabulary.txt")


class Kind(StrEnum):
    """The meanings of the words of a heading that name no field."""

    ACTUAL = "actual"
    TOTAL = "total"
    SUM = "sum"
    GROUP = "group"
    PART_OF_YEAR = "part of year"
    OTHER_YEAR = "other year"
    TARGET = "target"
    ESTIMATE = "estimate"
    ACCUMULATED = "accumulated"
    PART = "part"
    RATE = "rate"
    NUMBERING = "numbering"
    MEASURE = "measure"
    NOTE = "note"
    UNIT = "unit name"
    CODE = "unit code"
    YEAR = "year"
    ITEM = "item"
    TOPIC = "topic"
    UNEXPLAINED = "unexplained"


# In the order of search.
AGAINST = (Kind.PART_OF_YEAR, Kind.OTHER_YEAR, Kind.TARGET, Kind.ESTIMATE, Kind.ACCUMULATED, Kind.RATE, Kind.PART)
MEASURES = ("people", "cases", "places", "events", "households", "minutes", "vnd")
QUIET = frozenset({Kind.ACTUAL, Kind.TOTAL, Kind.SUM, Kind.MEASURE})


class Atom(NamedTuple):
    """A phrase of a heading and its possible meanings."""

    kinds: frozenset[Kind] = frozenset()
    field: str | None = None
    upper: Key | None = None  # the first level of an official header
    lower: Key | None = None  # the second level, which means something only under a first one
    year: int | None = None
    counts: frozenset[str] = frozenset()  # of a measure: what it may count, as in the plan's fields

    @property
    def against(self) -> Kind | None:
        """Return why the phrase excludes a figure; None if it also has a neutral meaning."""
        if self.kinds & QUIET or self.field or self.upper or self.lower:
            return None
        return next((kind for kind in AGAINST if kind in self.kinds), None)


@dataclass(frozen=True)
class Label:
    """A heading as written, its phrases in order, and its unknown words."""

    text: str
    atoms: Sequence[Atom] = ()
    unknown_words: Sequence[str] = ()
    is_inner: bool = False  # it begins with a dash or "trong đó"

    @property
    def field(self) -> str | None:
        """Return the field, if the label names one and no word qualifies it."""
        named = [atom.field for atom in self.atoms if atom.field]
        if self.unknown_words or len(named) != 1:
            return None
        rest = [atom for atom in self.atoms if not atom.field]
        return named[0] if all(atom.kinds & {Kind.ACTUAL, Kind.TOTAL} for atom in rest) else None

    @property
    def marks(self) -> set[object]:
        """Return the fields, or levels of fields, that the label names."""
        if self.only({Kind.TOTAL, Kind.SUM}):
            return set()
        # "Công an huyện …" has an unknown word, so it does not name the form of help "Công an".
        lower = () if self.unknown_words else (atom.lower for atom in self.atoms)
        found = (*(atom.field or atom.upper for atom in self.atoms), *lower)
        return {mark for mark in found if mark is not None}

    @property
    def years(self) -> set[int]:
        return {atom.year for atom in self.atoms if atom.year}

    def only(self, kinds: Iterable[Kind]) -> bool:
        """Return whether every phrase may have one of these meanings, and no word is left over."""
        kinds = frozenset(kinds)
        return bool(self.atoms) and not self.unknown_words and all(atom.kinds & kinds for atom in self.atoms)

    def is_one_of(self, kinds: Iterable[Kind]) -> bool:
        """Return whether the label means one of these, and nothing else."""
        return any(self.only({kind}) for kind in kinds)

    @property
    def against(self) -> Kind | None:
        """Return the first kind that excludes a figure under the label; None if its phrases are neutral."""
        return next((kind for atom in self.atoms if (kind := atom.against)), None)


@dataclass(frozen=True)
class Meaning:
    """The meaning of a path of headings for the figures under it."""

    field: str | None = None
    years: frozenset[int] = frozenset()
    against: tuple[tuple[Kind, str], ...] = ()  # why a figure is not the whole result of the year

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return tuple(kind for kind, _ in self.against)

    def __and__(self, other: "Meaning") -> "Meaning":
        return Meaning(self.field or other.field, self.years | other.years, self.against + other.against)


def listed(meaning: str) -> Sequence[str]:
    """Return the entries of a meaning in `vocabulary.txt`.

    >>> listed("estimate")[:2]
    ['Ước', 'Ước tính']
    """
    return _sections().get(meaning, ())


@lru_cache
def listed_by_word(meaning: str) -> Mapping[str, Sequence[Key]]:
    """Return the words of the entries of a meaning, spelt and without diacritics, by their first, the longest first."""
    by_word: dict[str, list[Key]] = {}
    spelt = {form for entry in listed(meaning) for form in (words(entry), plain_words(entry))}
    for key in sorted(spelt, key=len, reverse=True):
        by_word.setdefault(key[0], []).append(key)
    return by_word


def words_at_start(meaning: str, key: Key) -> int:
    """Return how many words at the start are the longest entry of a meaning, 0 for none."""
    entries = listed_by_word(meaning).get(key[0], ()) if key else ()
    return next((len(entry) for entry in entries if key[: len(entry)] == entry), 0)


@lru_cache(1)
def _sections() -> Mapping[str, Sequence[str]]:
    sections: dict[str, list[str]] = {}
    entries: list[str] = []
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            entries = sections.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            entries.append(line)
    return sections
