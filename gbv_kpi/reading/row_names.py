"""Read what a row is where units are named: a unit, a sum of them, or a line that is neither."""

import re
from enum import IntEnum
from functools import lru_cache

from gbv_kpi.reading.labels import AGAINST, Kind
from gbv_kpi.reading.meanings import Vocabulary
from gbv_kpi.reading.normalize import CACHED, without_diacritics, words

_IN_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")
_NUMERAL = re.compile(r"^\s*(?:[IVX]+|[A-Z]|\d+)\s*[.)/-]\s*")
_ROMAN = re.compile(r"[ivx]+|[a-z]|\d+")
_FRAME = {Kind.TOTAL, Kind.SUM, Kind.GROUP, Kind.UNIT}
_STRONG = (Kind.RATE, Kind.TARGET, Kind.OTHER_YEAR, Kind.ESTIMATE, Kind.ACCUMULATED, Kind.PART_OF_YEAR)
_GROUPS = frozenset(words("khối nhóm cụm các khoi nhom cum cac"))
_SUMS = frozenset(words("cộng cong"))


class RowName(IntEnum):
    """The kinds of rows by their names."""

    OTHER = 0  # a unit, or a name that nobody knows
    SUM = 1
    GROUP = 2  # a line over units of one kind; with figures their sum
    ASIDE = 3  # neither a unit nor a sum: a rate, a target, a part of the units, a note


class RowNames:
    """Recognise the names of rows by the vocabulary of a plan."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        places = {form for place in vocabulary.places for form in (place, tuple(map(without_diacritics, place)))}
        self._places = places
        self._place_words = {word for place in places for word in place}
        self.read = lru_cache(CACHED)(self._read)

    def _read(self, text: str) -> RowName:
        """Return what the name says."""
        bare = _NUMERAL.sub("", _IN_BRACKETS.sub(" ", text)).strip()
        key = words(bare)
        if key in self._places:
            return RowName.SUM
        label = self._vocabulary.explain(bare)
        kinds = label.atoms[0].kinds if label.atoms else frozenset()
        rest = [word for word in label.left if not _ROMAN.fullmatch(word) and word not in self._place_words]
        starts = self._first_word_is_known(key, label.left)
        if starts and kinds & {Kind.TOTAL, Kind.SUM}:
            others = all(atom.kinds & _FRAME for atom in label.atoms)
            if others and (not rest or key[0] in _SUMS):
                return RowName.SUM
        if key[:1] and (key[0] in _GROUPS or label.only({Kind.GROUP})):
            return RowName.GROUP
        if starts and (Kind.NOTE in kinds or any(kind in kinds for kind in _STRONG)):
            return RowName.ASIDE
        if not label.left and label.atoms and label.against in AGAINST:
            return RowName.ASIDE
        return RowName.OTHER

    def _first_word_is_known(self, key: tuple[str, ...], left: object) -> bool:
        return bool(key) and not (isinstance(left, tuple) and left and left[0] == key[0])
