"""Explain a heading: the field, year and qualification that its words name, and its unknown words.

Known words are the plan's own labels and the closed list in `vocabulary.txt`. A heading is covered with the longest
known phrases; any word left over keeps it from being read.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from gbv_kpi.errors import PlanError
from gbv_kpi.i18n import phrase
from gbv_kpi.plan import Plan
from gbv_kpi.reading.labels import MEASURES, QUIET, Atom, Key, Kind, Label, Meaning, listed
from gbv_kpi.reading.normalize import (
    CACHED,
    LONGEST_LABEL,
    plain_key,
    tidy,
    without_diacritics,
    words,
    words_of_label,
)
from gbv_kpi.reading.titles import is_scale, mark_periods
from gbv_kpi.reading.units import level_of

Cost = tuple[int, int, int]  # 2 per unknown word and 1 per topic; phrases; minus their squared lengths
PERIOD_WORDS = {"periodwhole": Kind.ACTUAL, "periodpart": Kind.PART_OF_YEAR}  # as `mark_periods` writes them
PERIODS = frozenset(words("tháng, quý, đợt, tuần, kỳ, thang, quy, dot, tuan, ky, month, quarter, week"))
_NUMERAL = re.compile(r"\d{1,2}|[ivx]{1,4}")
# "Thực hiện/Kế hoạch", "Được trợ giúp/tổng số", "+/- 2022"
_COMPARED = re.compile(
    r"(?<=[^\W\d_])(?<!total)\s*/\s*(?=(?:kế hoạch|ke hoach|kh|tổng số|tong so)\b)|\+\s*/?\s*[-–−]|±"
)
_END_OF_YEAR = re.compile(r"(?:ngày\s*|tại\s*)*31\s*[/.-]\s*12\s*[/.-]\s*\d{4}")
_COUNT_WORDS = [
    form for key in map(words, ("tổng số", "số lượng", "số", "number of")) for form in (key, plain_key(key))
]


@dataclass
class _Index:
    """The known phrases by their first word, as spelt or without diacritics."""

    plain: bool
    phrases: dict[Key, Atom] = field(default_factory=dict)
    lengths: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def key(self, text: str) -> Key:
        key, _ = words_of_label(tidy(text))
        return plain_key(key) if self.plain else key

    def learn(self, key: Key, atom: Atom) -> None:
        if not key:
            return
        known = self.phrases.get(key, Atom())
        self.phrases[key] = Atom(
            known.kinds | atom.kinds,
            known.field or atom.field,
            known.upper or atom.upper,
            known.lower or atom.lower,
            counts=known.counts | atom.counts,
        )
        self.lengths[key[0]].add(len(key))

    def cover(self, key: Key) -> tuple[Cost, list[Atom], list[str]]:
        """Return the cover of a heading's words with the least cost: its phrases, and the words left over."""
        best: list[tuple[Cost, list[Atom], list[str]]] = [((0, 0, 0), [], [])]
        for start in range(len(key) - 1, -1, -1):
            (unknown, count, squares), atoms, left = best[-1]
            choices = [((unknown + 2, count, squares), atoms, [key[start], *left])]
            for length, atom in self._phrases_at(key, start):
                (unknown, count, squares), atoms, left = best[-length]
                cost = (unknown + _only_topic(atom), count + 1, squares - length * length)
                choices.append((cost, [atom, *atoms], left))
            best.append(min(choices, key=lambda choice: choice[0]))
        return best[-1]

    def _phrases_at(self, key: Key, start: int) -> Iterable[tuple[int, Atom]]:
        word = key[start]
        for length in sorted(self.lengths.get(word, ()), reverse=True):
            if start + length <= len(key) and (atom := self.phrases.get(key[start : start + length])):
                yield length, atom
        if word in PERIOD_WORDS:
            yield 1, Atom(frozenset({PERIOD_WORDS[word]}))
        if year := _year(word):
            if start + 1 < len(key) and _year(key[start + 1]):
                yield 2, Atom(frozenset({Kind.ACCUMULATED}))  # 2021–2025
            yield 1, Atom(year=year)
        elif word in PERIODS and start + 1 < len(key) and _NUMERAL.fullmatch(key[start + 1]):
            yield 2, Atom(frozenset({Kind.PART_OF_YEAR}))  # "Tháng 5", "Đợt II"
        elif word in ("năm", "nam", "year") and start + 1 < len(key) and (year := _year(key[start + 1])):
            yield 2, Atom(year=year)


class Vocabulary:
    """The meanings of headings in the returns of one plan."""

    def __init__(self, plan: Plan) -> None:
        self._exact, self._plain = _Index(plain=False), _Index(plain=True)
        self._parts: dict[str, dict[Key, str]] = defaultdict(dict)  # of a whole, by their lower header
        self._pairs: dict[tuple[Key, Key], str] = {}
        atoms: dict[str, Atom] = {kind: Atom(frozenset({kind})) for kind in Kind}
        atoms |= {counts: Atom(frozenset({Kind.MEASURE}), counts=frozenset({counts})) for counts in MEASURES}
        for meaning, atom in atoms.items():
            for text in listed(meaning):
                key = words_of_label(tidy(text), whole=True)[0]
                self._exact.learn(key, atom)
                self._plain.learn(plain_key(key), atom)
        for index in (self._exact, self._plain):
            self._learn_fields(plan, index)
        spelt = [(words(short), words(long)) for short, long in plan.abbreviations.items()]
        listed_too = [short in self._exact.phrases for short, _ in spelt]
        self._abbreviations = [
            [(*pair, is_listed) for pair, is_listed in zip(pairs, listed_too, strict=True)]
            for pairs in (spelt, [(plain_key(short), plain_key(long)) for short, long in spelt])
        ]
        self.places = {words(plan.place.vi), words(plan.place.en)} - {()}
        self.place_forms = {form for place in self.places for form in (place, plain_key(place))}
        self.bare_places = {form[1:] for form in self.place_forms}
        self.is_of_communes = any(level_of(unit.name) in ("xã", "phường", "thị trấn") for unit in plan.units)
        self.explain = lru_cache(CACHED)(self._explain)  # a thousand forms have the same headings

    def _learn_fields(self, plan: Plan, index: _Index) -> None:
        named: dict[Key, str] = {}
        for field_ in plan.fields:
            for text in (field_.label.vi, field_.label.en, field_.id, *field_.aliases):
                key = self._without_count(index.key(text))
                if key and named.setdefault(key, field_.id) != field_.id:
                    message = phrase(
                        "The label “{label}” of the field {second} also means the field {first}.",
                        label=text,
                        first=named[key],
                        second=field_.id,
                    )
                    raise PlanError(message)
            for upper, lower in field_.header.values():
                named.setdefault(self._without_count(index.key(f"{upper} {lower}")), field_.id)
        for key, name in named.items():
            index.learn(key, Atom(field=name))
        for field_ in plan.fields:
            for upper, lower in field_.header.values():
                upper_key = self._without_count(index.key(upper))
                lower_key = index.key(lower)
                is_total = lower_key in index.phrases and Kind.TOTAL in index.phrases[lower_key].kinds
                lower_key = ("total",) if is_total else self._without_count(lower_key)  # many words mean the total
                index.learn(upper_key, Atom(upper=upper_key))
                index.learn(lower_key, Atom(lower=lower_key))
                self._pairs[upper_key, lower_key] = field_.id
                if field_.part_of:
                    self._parts[field_.part_of][lower_key] = field_.id
        index.learn(index.key("số"), Atom(frozenset({Kind.ACTUAL})))
        self._counts = {field_.id: field_.counts for field_ in plan.fields}
        self._wholes = {field_.id: field_.part_of for field_ in plan.fields}

    def _without_count(self, key: Key) -> Key:
        lengths = (len(count) for count in _COUNT_WORDS if key[: len(count)] == count and len(key) > len(count))
        return key[next(lengths, 0) :]

    def _explain(self, text: str) -> Label:
        """Return the meaning of the words of a heading."""
        tidied = tidy(text)
        tidied = f"đến {tidied}" if _END_OF_YEAR.fullmatch(tidied) else tidied
        tidied = _COMPARED.sub(" % ", tidy(mark_periods(tidied)))
        plain = tidied == without_diacritics(tidied)
        index = self._plain if plain else self._exact
        key, is_inner = words_of_label(tidied)
        if not key and is_inner and any(map(str.isalpha, tidied)):
            return Label(text, (Atom(frozenset({Kind.PART})),), (), is_inner)  # "Trong đó" alone
        if len(text) > LONGEST_LABEL:
            return Label(text[:LONGEST_LABEL], unknown_words=key)
        variants = dict.fromkeys((key, self._longhand(key, index, only_unknown=True), self._longhand(key, index)))
        _, atoms, left = min((index.cover(variant) for variant in variants), key=lambda found: found[0][:2])
        return Label(text, tuple(atoms), tuple(left), is_inner)

    def _longhand(self, key: Key, index: _Index, *, only_unknown: bool = False) -> Key:
        """Return the words with the plan's abbreviations written out."""
        for short, long, is_listed in self._abbreviations[index.plain]:
            if short[0] not in key or (only_unknown and is_listed):
                continue
            for start in range(len(key) - len(short), -1, -1):
                if key[start : start + len(short)] == short:
                    key = (*key[:start], *long, *key[start + len(short) :])
        return key

    def meaning(
        self, headings: Sequence[Label], columns: Sequence[Label] = (), measures: Sequence[Label] = ()
    ) -> Meaning:
        """Return the meaning of the headings over or before a figure, given from the outermost in.

        In a form the `headings` are of the item, `columns` are over its column, and `measures` next to it.
        """
        path = [*headings, *columns]
        last_heading, last = len(headings) - 1, len(path) - 1
        named: str | None = None  # the field so far
        upper: Key | None = None
        years: set[int] = set()
        against: list[tuple[Kind, str]] = []
        for place, label in enumerate(path):
            years |= label.years
            if label.unknown_words:
                against.append((Kind.UNEXPLAINED, label.text))
            if label.unknown_words and not any(atom.field for atom in label.atoms):
                named, upper = (None, None) if label.marks else (named, upper)
                continue
            is_innermost = place in (last_heading, last)
            is_over = not is_innermost or (place < last and bool(label.unknown_words))
            if is_over and any(map(_only_topic, label.atoms)):
                against += [(kind, label.text) for atom in label.atoms if (kind := atom.against)]
                continue
            for atom in label.atoms:
                inner = self._inner(atom, named, upper)
                if inner is not None or atom.field or atom.upper:
                    if inner is None and named and atom.field and not self.is_within(atom.field, named):
                        against.append((Kind.UNEXPLAINED, label.text))
                    named, upper = inner or atom.field or named, atom.upper
                elif kind := _kind_in(atom, label, path[place + 1 :], is_innermost=is_innermost):
                    against.append((kind, label.text))
        measured = [*path, *measures]
        against += [
            (Kind.UNEXPLAINED, label.text) for label in measured if named and self._measures_other(label, named)
        ]
        return Meaning(named, frozenset(years), tuple(dict.fromkeys(against)))

    def _measures_other(self, label: Label, name: str) -> bool:
        """Return whether a label gives a measure that a field does not have: "Lượt người" of people.

        Offices write "Người" as the measure of everything, but people who are helped are not cases.
        """
        counts = {self._counts[name]} | ({"people"} if label.only({Kind.MEASURE}) else set())
        measured = {measure for atom in label.atoms for measure in atom.counts}
        return bool(measured) and measured.isdisjoint(counts)

    def counts_others(self, text: str) -> bool:
        """Return whether a line gives measures for all figures that not all have: "ĐVT: hộ", "Tính theo lượt"."""
        label = self.explain(text.rpartition(":")[2])
        is_said = ":" in text or len(label.atoms) > 1  # "Cuộc" alone is the measure of an item
        is_measure = is_said and label.only({Kind.MEASURE, Kind.TOPIC}) and any(atom.counts for atom in label.atoms)
        return is_scale(text) or (is_measure and not any("people" in atom.counts for atom in label.atoms))

    def _inner(self, atom: Atom, named: str | None, upper: Key | None) -> str | None:
        """Return the field that a phrase names under the field or first level above it."""
        lower = ("total",) if Kind.TOTAL in atom.kinds else atom.lower
        if lower is None:
            return None
        found = self._pairs.get((upper, lower)) if upper is not None else None
        return found or (self._parts.get(named, {}).get(lower) if named is not None else None)

    def is_within(self, part: str, whole: str) -> bool:
        name: str | None = part
        while name is not None and name != whole:
            name = self._wholes[name]
        return name == whole


def _kind_in(atom: Atom, label: Label, inner: Sequence[Label], *, is_innermost: bool) -> Kind | None:
    """Return the reason why a phrase of a path excludes the figure, None where it does not."""
    names_field = any(part.field or part.upper for part in label.atoms)
    if atom.lower and not atom.kinds & QUIET:
        return atom._replace(lower=None).against or Kind.UNEXPLAINED  # a second level without its first one
    if atom.year or (atom.kinds & QUIET and not (names_field and atom.kinds <= {Kind.MEASURE, Kind.UNIT})):
        return None
    if kind := atom.against:
        return kind
    if Kind.ITEM in atom.kinds:
        return None if any(label.marks for label in inner) else Kind.TARGET
    return Kind.UNEXPLAINED if is_innermost or names_field or Kind.NOTE in atom.kinds else None


def _only_topic(atom: Atom) -> bool:
    return Kind.TOPIC in atom.kinds and not atom.kinds & QUIET and not (atom.field or atom.upper or atom.lower)


def _year(word: str) -> int | None:
    return int(word) if len(word) == 4 and word.isascii() and word.isdigit() and word[:2] in ("19", "20") else None
