"""A unit's name in any spelling, or its code, to the unit of that year.

Names repeat across levels and dates: a bare "Hoa Lư" is huyện Hoa Lư in 2024 and thành phố Hoa Lư in
2025, and the code 374 likewise. So a name means something only in a year.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from itertools import chain
from typing import overload

import numpy as np
from numpy.typing import NDArray

from gbv_kpi.plan import Plan, Unit
from gbv_kpi.reading.normalize import without_diacritics, words

Key = tuple[str, ...]


def _plain(key: Key) -> Key:
    return tuple(map(without_diacritics, key))


_LEVELS = {
    "tỉnh": ("tỉnh", "t"),
    "thành phố": ("thành phố", "tp", "t p", "tphố"),
    "thị xã": ("thị xã", "tx", "t x"),
    "quận": ("quận", "q"),
    "huyện": ("huyện", "h"),
    "phường": ("phường", "p"),
    "thị trấn": ("thị trấn", "tt"),
    "xã": ("xã", "x"),
    "đặc khu": ("đặc khu",),
}


_PREFIXES: tuple[tuple[Key, str], ...] = tuple(
    sorted(
        ((words(prefix), level) for level, prefixes in _LEVELS.items() for prefix in prefixes),
        key=lambda pair: -len(pair[0]),
    )
)
_PLAIN_PREFIXES = tuple((_plain(prefix), level) for prefix, level in _PREFIXES)
_PREFIXES_BY_WORD = {
    word: [(prefix, level) for prefix, level in (*_PREFIXES, *_PLAIN_PREFIXES) if prefix[0] == word]
    for word in {prefix[0] for prefix, _ in (*_PREFIXES, *_PLAIN_PREFIXES)}
}
_LAST_WORDS = frozenset(prefix[-1] for prefix, _ in (*_PREFIXES, *_PLAIN_PREFIXES))
# Whose return it is, said before the unit's name: "UBND huyện Nho Quan", "Phòng Nội vụ huyện …".
_BODIES = tuple(map(words, ("ubnd", "ủy ban nhân dân", "uỷ ban nhân dân", "phòng", "văn phòng")))
_DEPARTMENTS = frozenset(map(without_diacritics, ("lao", "lđ", "lđtbxh", "lđtb", "nội", "nv")))
_CODE = re.compile(r"\d{1,6}")
_CODE_AS_DECIMAL = re.compile(r"\s*(\d{1,6})[.,]0\s*")
# What may stand around a unit's name without naming another: "II. Huyện Nho Quan", "Huyện Nho Quan (27 xã)".
_AROUND = re.compile(
    r"^\s*(?:[IVX]{1,4}|[a-zđ])\s*[.)/]\s*|[(\[]\s*\d+\s+(?:xã|phường|thị trấn|đơn vị)\b[^()]*[)\]]\s*$"
)


class Names(Sequence[str]):
    """Many short texts, held as bytes; a million of them as objects would take ten times the room."""

    def __init__(self, texts: Iterable[str] | NDArray[np.bytes_] = ()) -> None:
        self.encoded: NDArray[np.bytes_] = (
            texts if isinstance(texts, np.ndarray) else np.array([text.encode() for text in texts], dtype=np.bytes_)
        )

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Names":
        return texts if isinstance(texts, Names) else cls(texts)

    def __len__(self) -> int:
        return len(self.encoded)

    def __iter__(self) -> Iterator[str]:
        return map(bytes.decode, self.encoded.tolist())

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> "Names": ...
    def __getitem__(self, place: int | slice) -> "str | Names":
        found = self.encoded[place]
        return Names(found) if isinstance(place, slice) else bytes(found).decode()


@dataclass(frozen=True, slots=True)
class NamedUnit:
    """The unit of the year that a name stands for, and the unit it names: its predecessor if merged since."""

    unit: Unit
    named: Unit

    @property
    def merged(self) -> bool:
        return self.unit is not self.named


class NamedUnits:
    """The different units that some lines are of; `codes`, `names` and `named` say of each what it is called."""

    codes: Sequence[str]
    names: Sequence[str]
    named: Sequence[str]

    def __init__(self, units: Sequence[NamedUnit]) -> None:
        self._units = units
        self.codes = [unit.unit.code for unit in units]
        self.names = [unit.unit.name for unit in units]
        self.named = [unit.named.name for unit in units]
        self.merged = np.array([unit.merged for unit in units], dtype=bool)
        self.expected = np.array([unit.unit.expected for unit in units], dtype=bool)

    def __len__(self) -> int:
        return len(self.codes)

    def at(self, place: int) -> NamedUnit:
        return self._units[place]


class AnyUnits(NamedUnits):
    """The same where the plan names no units: whatever stands there is one, and a million are held as bytes."""

    def __init__(self, codes: Names) -> None:
        self.codes = self.names = self.named = codes
        self.merged, self.expected = np.zeros(len(codes), dtype=bool), np.ones(len(codes), dtype=bool)

    def at(self, place: int) -> NamedUnit:
        unit = Unit(code=self.codes[place], name=self.codes[place])
        return NamedUnit(unit, unit)


class UnitNames:
    """The names and codes that mean a unit in one year of a plan."""

    def __init__(self, plan: Plan, year: int) -> None:
        self.current = plan.units_in(year)
        day = plan.reporting_day(year)
        former = ((unit, plan.successor(unit, year)) for unit in plan.units if not unit.exists_on(day))
        self._any = not plan.units
        place = words(plan.place.vi)
        self._places = {form for name in (place, _split(place)[1]) for form in (name, _plain(name))} - {()}
        self._by_code: dict[str, NamedUnit] = {}
        self._by_name: dict[tuple[str | None, Key], list[NamedUnit]] = {}
        self._words: set[str] = set()  # of all the names: a text without any of them names no unit
        self._longest = 0  # of the bare names, in words
        for unit in self.current:
            self._learn(NamedUnit(unit, unit))
        for unit, heir in former:
            if heir is not None:
                self._learn(NamedUnit(heir, unit))

    def _learn(self, named: NamedUnit) -> None:
        self._by_code.setdefault(named.named.code.lstrip("0"), named)
        bare_too = named.named.expected
        for name in (named.named.name, *named.named.aliases):
            level, bare = _split(words(name))
            levels = (level, None) if level is not None and bare_too else (level,)
            self._longest = max(self._longest, len(bare))
            for spelt in {bare, _plain(bare)}:
                self._words.update(spelt)
                for of_level in levels:
                    meant = self._by_name.setdefault((of_level, spelt), [])
                    if named not in meant and not (named.merged and any(not other.merged for other in meant)):
                        meant.append(named)

    def find(self, text: str) -> NamedUnit | None:
        """The one unit a cell names, by name, code or both; None if it names none, or not just one."""
        if self._any:
            unit = Unit(code=text.strip(), name=text.strip())
            return NamedUnit(unit, unit) if unit.name else None
        if code := _CODE_AS_DECIMAL.fullmatch(text):
            return self._by_code.get(code[1].lstrip("0"))
        key = (text,) if text.isascii() and text.isdigit() else words(text)  # a code is a word as it stands
        if self._words.isdisjoint(key):
            return self._by_code.get(key[0].lstrip("0")) if len(key) == 1 and _CODE.fullmatch(key[0]) else None
        found = self._by_key(key)
        return found or (self._by_key(words(_AROUND.sub(" ", text))) if _AROUND.search(text) else None)

    def _by_key(self, key: Key) -> NamedUnit | None:
        codes = [word for word in (key[:1] + key[-1:]) if _CODE.fullmatch(word)]
        if codes and (numbered := self._by_words(key)):
            return numbered  # "Quận 1"
        name = tuple(word for word in key if not _CODE.fullmatch(word)) if codes else key
        found = self._by_words(name)
        if found and codes:
            coded = [self._by_code[code.lstrip("0")] for code in codes if code.lstrip("0") in self._by_code]
            return found if all(other.unit is found.unit for other in coded) else None
        return found

    def _by_words(self, key: Key) -> NamedUnit | None:
        for name in chain([key], self._less_than(key)):
            meant = self._by_name.get(_split(name), [])
            if len({id(named.unit) for named in meant}) == 1:
                return meant[0]
        return None

    def _less_than(self, key: Key) -> Iterator[Key]:
        """What may be the name in a text that says more: the body before it, the province or the level after it."""
        yield from _without_body(key)
        for place in self._places:
            if key[-len(place) :] == place and _split(key[: -len(place)])[0] is not None:
                yield key[: -len(place)]
        if _is_office(key):
            yield from (key[start:] for start in range(1, len(key)) if key[start:] not in self._places)
        for level, _ in (*_PREFIXES, *_PLAIN_PREFIXES) if not _LAST_WORDS.isdisjoint(key[-1:]) else ():
            if key[-len(level) :] == level and len(key) > len(level):
                yield (*level, *key[: -len(level)])

    def named_in(self, sentence: str) -> list[NamedUnit]:
        """The units that a sentence names with their level: "… trên địa bàn huyện Nho Quan năm 2023"."""
        key = words(sentence)
        found = (
            self._by_words(key[start:end])
            for start, end in _spans(len(key), self._longest + 2)
            if _split(key[start:end])[0] is not None
        )
        return list({id(named.named): named for named in found if named and named.named.expected}.values())

    def nearest(self, text: str) -> list[str]:
        """Up to three names of the year's units that look most like the text."""
        by_look = {" ".join(map(without_diacritics, _split(words(u.name))[1])): u.name for u in self.current}
        look = " ".join(map(without_diacritics, _split(words(text))[1]))
        return [by_look[close] for close in get_close_matches(look, list(by_look), n=3, cutoff=0.6)]


class UnitDirectory:
    """The names of a plan's units in each of its years, made when first asked for."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._by_era: dict[tuple[int, int], UnitNames] = {}
        self.knows = lru_cache(16384)(self._knows)  # a large table repeats its names

    def in_year(self, year: int) -> UnitNames:
        """The names of that year; years with the same units share them."""
        era = self._plan.era(year)
        if era not in self._by_era:
            self._by_era[era] = UnitNames(self._plan, year)
        return self._by_era[era]

    def _knows(self, text: str) -> bool:
        """Whether the text names a unit in any year of the plan."""
        if not self._plan.units:
            return False
        years = range(self._plan.first_year, self._plan.last_year + 1)
        return any(names.find(text) for names in dict.fromkeys(map(self.in_year, years)))


def _split(key: Key) -> tuple[str | None, Key]:
    """The level a name starts with, if it does, and the bare name."""
    for prefix, level in _PREFIXES_BY_WORD.get(key[0], ()) if key else ():
        if key[: len(prefix)] == prefix and len(key) > len(prefix):
            return level, key[len(prefix) :]
    return None, key


def _without_body(key: Key) -> Iterator[Key]:
    """What may be the name behind the body in front of it: from each of its levels on.

    "Phòng Lao động - Thương binh và Xã hội huyện Kim Sơn" has two words that are levels elsewhere.
    """
    if any(key[: len(body)] == body for body in (*_BODIES, *map(_plain, _BODIES))):
        yield from (key[start:] for start in range(1, len(key) - 1) if _split(key[start:])[0] is not None)


def _is_office(key: Key) -> bool:
    """Whether a name is that of the unit's own office, whose place may follow bare: "UBND Nho Quan"."""
    plain = _plain(key)
    committee = plain[:1] == ("ubnd",) or plain[:4] == ("uy", "ban", "nhan", "dan")
    return committee or (plain[:1] == ("phong",) and plain[1:2] != () and plain[1] in _DEPARTMENTS)


def _spans(length: int, longest: int) -> Iterator[tuple[int, int]]:
    return ((start, end) for start in range(length) for end in range(start + 2, min(start + longest, length) + 1))
