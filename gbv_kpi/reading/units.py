"""Resolve a unit's name in any spelling, or its code, to the unit of a year.

Names repeat across levels and dates: a bare "Hoa Lư" is huyện Hoa Lư in 2024 and thành phố Hoa Lư in
2025, and the code 374 likewise. So a name means something only in a year.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, lru_cache
from itertools import chain

from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.plan import Plan, Unit
from gbv_kpi.reading.labels import Key, words_at_start
from gbv_kpi.reading.normalize import CACHED, plain_key, plain_words, words
from gbv_kpi.reading.privacy import without_persons

_LEVELS = {
    "tỉnh": ("tỉnh", "t"),
    "thành phố": ("thành phố", "tp", "t p", "tphố", "city"),
    "thị xã": ("thị xã", "tx", "t x"),
    "quận": ("quận", "q"),
    "huyện": ("huyện", "h", "district"),
    "phường": ("phường", "p"),
    "thị trấn": ("thị trấn", "tt"),
    "xã": ("xã", "x", "commune"),
    "đặc khu": ("đặc khu",),
}


# Spelt with and without diacritics, the longest first.
_PREFIXES = sorted(
    {
        (form, level)
        for level, prefixes in _LEVELS.items()
        for prefix in prefixes
        for form in (words(prefix), plain_words(prefix))
    },
    key=lambda pair: (-len(pair[0]), pair),
)
_PREFIXES_BY_WORD = {
    word: [(prefix, level) for prefix, level in _PREFIXES if prefix[0] == word]
    for word in {pair[0][0] for pair in _PREFIXES}
}
_LAST_WORDS = frozenset(prefix[-1] for prefix, _ in _PREFIXES)
_CODE = re.compile(r"\d{1,6}")
_CODE_LABEL = frozenset(words("mã số ma so đvhc code"))
_YEAR = re.compile(r"(?:19|20)\d\d")
_CODE_AS_DECIMAL = re.compile(r"\s*(\d{1,6})[.,]0\s*")
# What may be around a unit's name without naming another: "II. Huyện Nho Quan", "Huyện Nho Quan (27 xã)".
_NUMERAL = re.compile(r"^\s*(?:([IVX]{1,4}|[A-Za-zđĐ])\s*[.)/]|\d{1,2}\s*[.)/]|[-+*•–])\s*")
_COUNT_AFTER = re.compile(r"[(\[]\s*(?:\d|\d+\s+(?:xã|phường|thị trấn|đơn vị)\b[^()]*)[)\]]\s*$")
_WORDS_OF_TITLES = frozenset({"nam", "chong", "ngua", "hanh", "bieu", "dia", "hop", "nghi"})
MOST_COMPARED = 100_000  # unknown names with those of units, which takes 2 s
_LEVEL_SIGNS = frozenset("xphqt")  # "X. Gia Viễn" is a commune, not the tenth line


@dataclass(frozen=True)
class NamedUnit:
    """The unit of the year that a name resolves to, and the unit it names, which may have merged since."""

    unit: Unit
    named: Unit

    @property
    def merged(self) -> bool:
        return self.unit is not self.named


class UnitNames:
    """The names and codes that mean a unit in one year of a plan."""

    def __init__(self, plan: Plan, year: int) -> None:
        self.current = plan.units_in(year)
        day = plan.reporting_day(year)
        self._any = not plan.units
        place = words(plan.place.vi)
        self._places = {form for name in (place, _split(place)[1]) for form in (name, plain_key(name))} - {()}
        self._by_code: dict[str, NamedUnit] = {}
        self._by_name: dict[tuple[str | None, Key], list[NamedUnit]] = {}
        self._words: set[str] = set()  # of all the names: a text without any of them is not a unit
        for unit in self.current:
            self._learn(NamedUnit(unit, unit))
        for unit in plan.units:
            if not unit.exists_on(day) and (heir := plan.successor(unit, year)):
                self._learn(NamedUnit(heir, unit))
        self._close: dict[str, list[str]] = {}
        self.find = lru_cache(CACHED)(self._find)  # each name is asked for by `knows` too: 0.05 s of 53,000 returns

    def _learn(self, named: NamedUnit) -> None:
        self._by_code.setdefault(named.named.code.lstrip("0"), named)
        bare_too = named.named.expected
        for name in (named.named.name, *named.named.aliases):
            level, bare = _split(words(name))
            levels = (level, None) if level is not None and bare_too else (level,)
            for spelt in {bare, plain_key(bare)}:
                self._words.update(spelt)
                for known_level in levels:
                    meant = self._by_name.setdefault((known_level, spelt), [])
                    if named not in meant and not (named.merged and any(not rival.merged for rival in meant)):
                        meant.append(named)

    def _find(self, text: str) -> NamedUnit | None:
        """Return the one unit a cell names, by name, code or both; None if it names none, or not just one."""
        if self._any:
            unit = Unit(code=text.strip(), name=text.strip())
            return NamedUnit(unit, unit) if unit.name else None
        if code := _CODE_AS_DECIMAL.fullmatch(text):
            return self._by_code.get(code[1].lstrip("0"))
        key = (text,) if text.isascii() and text.isdigit() else words(text)  # digits need no normalising
        if self._words.isdisjoint(key):
            return self._by_code.get(key[0].lstrip("0")) if len(key) == 1 and _CODE.fullmatch(key[0]) else None
        if (found := self._by_key(key)) is not None:
            return found
        if numeral := _NUMERAL.match(text):
            rest = text[numeral.end() :]
            named = words(rest)
            if (numeral[1] or "").casefold() not in _LEVEL_SIGNS or (
                len(named[:1] and named[0]) > 1 and _split(named)[0]
            ):
                return self.find(rest)
        after = _COUNT_AFTER.sub(" ", text)
        return self._by_key(words(after)) if after != text else None

    def _by_key(self, key: Key) -> NamedUnit | None:
        codes = [word for word in (key[:1] + key[-1:]) if _CODE.fullmatch(word)]
        if codes and (numbered := self._by_words(key)):
            return numbered  # "Quận 1"
        unknown = [code for code in codes if code.lstrip("0") not in self._by_code]
        if any(code == key[-1] or _YEAR.fullmatch(code) for code in unknown):
            return None  # "Nho Quan 2", "2022 Nho Quan"; another number before the name is that of the row
        name = tuple(word for word in key if not _CODE.fullmatch(word)) if codes else key
        found = self._by_words(name)
        while codes and not found and not _CODE_LABEL.isdisjoint(name[-1:]):
            name = name[:-1]  # "Huyện Nho Quan (mã số: 372)"
            found = self._by_words(name)
        if found and codes:
            coded = [self._by_code[code.lstrip("0")] for code in codes if code.lstrip("0") in self._by_code]
            return found if all(by_code.unit is found.unit for by_code in coded) else None
        return found

    def _by_words(self, key: Key) -> NamedUnit | None:
        """Return the unit that the whole of a text names: an office, a level, a name, the province."""
        office = office_before(key)
        name = key[office:]
        if office and name in self._places:
            return None  # "UBND Ninh Bình" is the province's
        for candidate in chain([name], self._without_place(name), _level_first(name)):
            meant = self._by_name.get(_split(candidate), [])
            if len({id(named.unit) for named in meant}) == 1:
                # "Ninh Bình" is a city up to its merger, and the province's alone after it.
                return None if meant[0].merged and name in self._places else meant[0]
        return None

    def _without_place(self, key: Key) -> Iterator[Key]:
        """Yield the name before the province: "huyện Nho Quan, tỉnh Ninh Bình"."""
        for place in self._places:
            if key[-len(place) :] == place and _split(key[: -len(place)])[0] is not None:
                yield key[: -len(place)]

    def nearest(self, text: str) -> list[str]:
        """Return the name that differs only in level or diacritics, else up to three that look most like the text.

        After `MOST_COMPARED` comparisons no more names are looked for.
        """
        look, names = _look(text), self._name_by_look
        if look in names:
            return [names[look]]
        if look not in self._close and len(self._close) * len(names) < MOST_COMPARED:
            self._close[look] = [names[close] for close in get_close_matches(look, names, n=3, cutoff=0.6)]
        return self._close.get(look, [])

    @cached_property
    def _name_by_look(self) -> dict[str, str]:
        return {_look(unit.name): unit.name for unit in self.current}

    def not_found(self, text: str, year: int) -> Phrase:
        """Return the message for a name that no unit of the year has."""
        named = {"found": without_persons(text), "year": str(year), "nearest": ", ".join(self.nearest(text))}
        if named["nearest"]:
            return phrase("“{found}” is not a reporting unit in {year}; did you mean {nearest}?", **named)
        return phrase("“{found}” is not a reporting unit in {year}.", **named)


class UnitDirectory:
    """The names of a plan's units in each of its years, made when first asked for."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._by_era: dict[int, UnitNames] = {}
        self.knows = lru_cache(CACHED)(self._knows)  # a large table repeats its names

    def in_year(self, year: int) -> UnitNames:
        """Return the names of that year; years with the same units share them."""
        era = self._plan.era(year)
        if era not in self._by_era:
            self._by_era[era] = UnitNames(self._plan, year)
        return self._by_era[era]

    def _knows(self, text: str) -> bool:
        """Return whether the text names a unit in any year of the plan."""
        years = range(self._plan.first_year, self._plan.last_year + 1)
        return bool(self._plan.units) and any(self.in_year(year).find(text) for year in years)


def _look(name: str) -> str:
    """Return a name without its level and diacritics."""
    return " ".join(plain_key(_split(words(name))[1]))


def _split(key: Key) -> tuple[str | None, Key]:
    """Return the level a name starts with, if it does, and the bare name."""
    for prefix, level in _PREFIXES_BY_WORD.get(key[0], ()) if key else ():
        if key[: len(prefix)] == prefix and len(key) > len(prefix):
            return level, key[len(prefix) :]
    return None, key


def office_before(key: Key) -> int:
    """Return how many words at the beginning name an office of a unit: "UBND", "Phòng Nội vụ"."""
    start = 0
    while length := words_at_start("office", key[start:]):
        start += length
    return start


def begins_as_body(key: Key) -> bool:
    """Return whether words begin as the name of a body other than the offices that report for a unit."""
    is_title = not _WORDS_OF_TITLES.isdisjoint(plain_key(key))
    return words_at_start("body", key) > 0 and office_before(key) < len(key) and not is_title


def heads_bodies(text: str) -> bool:
    """Return whether a heading is of bodies that are neither units nor their offices: "Công an huyện", "Tên trường"."""
    key = words(text)
    key = key[key[:1] in (("tên",), ("ten",)) :]
    return begins_as_body(key) and not office_before(key) and level_of(" ".join((*key, "x"))) is None


def _level_first(key: Key) -> Iterator[Key]:
    """Yield the name with the level that follows it in front: "Tam Điệp (thành phố)"."""
    for level, _ in _PREFIXES if not _LAST_WORDS.isdisjoint(key[-1:]) else ():
        if key[-len(level) :] == level and len(key) > len(level):
            yield (*level, *key[: -len(level)])


def level_of(text: str) -> str | None:
    """Return the level that a name begins with, after the office and the numbering before it."""
    numeral = _NUMERAL.match(text)
    if numeral and (numeral[1] or "").casefold() not in _LEVEL_SIGNS:
        text = text[numeral.end() :]
    key = words(text)
    return _split(key[office_before(key) :])[0]
