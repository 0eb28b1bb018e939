"""What a heading means: a field of the plan, by its labels, or a part of the frame around the figures."""

from collections.abc import Mapping
from functools import lru_cache

from gbv_kpi.errors import PlanError
from gbv_kpi.i18n import phrase
from gbv_kpi.plan import Plan
from gbv_kpi.reading.normalize import is_measure, label_words, tidy, without_diacritics, words
from gbv_kpi.reading.stock_phrases import (
    GROUPS,
    ROLE_LABELS,
    Key,
    Role,
    is_group,
    is_total,
    is_total_key,
    plain_words,
    word_finder,
)
from gbv_kpi.reading.titles import year_named

Meaning = str | Role  # a field's id, or a role

CACHED = 16384  # a large table repeats its names
LONGEST_HEADING = 400  # characters; a longer text is no heading

_COUNT_WORDS = tuple(map(words, ("tổng số", "số lượng", "số", "number of")))
_TOTAL_IN_HEADER = ("tổng số", "tổng", "tổng cộng", "số lượng", "ts", "total")


class Index:
    """Meanings by key, either as properly spelt or with every diacritic taken off."""

    def __init__(self, abbreviations: Mapping[str, str], *, plain: bool) -> None:
        self._plain = plain
        self._longhand = {self._words(short): self._words(long) for short, long in abbreviations.items()}
        self._starts_of_short = {short[0] for short in self._longhand if short}
        self._count_words = tuple(map(self._plainly, _COUNT_WORDS))
        self.meanings: dict[Key, Meaning] = {}
        self.paths: dict[tuple[Key, Key], str] = {}
        self.lowers: frozenset[Key] = frozenset()  # the lower keys of all paths
        self.key = lru_cache(CACHED)(self._key)
        self.totals = frozenset(map(self.key, _TOTAL_IN_HEADER))

    def _words(self, text: str) -> Key:
        return self._plainly(words(text))

    def _plainly(self, key: Key) -> Key:
        return tuple(map(without_diacritics, key)) if self._plain else key

    def _key(self, text: str) -> Key:
        """The words of a heading, abbreviations written out, without "số" in front."""
        key = self._plainly(label_words(text))
        for short, long in () if self._starts_of_short.isdisjoint(key) else self._longhand.items():
            for start in range(len(key) - len(short), -1, -1):
                if key[start : start + len(short)] == short:
                    key = (*key[:start], *long, *key[start + len(short) :])
        for count_words in self._count_words:
            if key[: len(count_words)] == count_words and len(key) > len(count_words):
                key = key[len(count_words) :]
        return key

    def lower_key(self, text: str) -> Key:
        """The key of the lower level of a header, where many words stand for the total."""
        key = self.key(text)
        return self.key("tổng số") if key in self.totals else key


class Vocabulary:
    """What headings mean in the returns of one plan."""

    def __init__(self, plan: Plan) -> None:
        self._exact = Index(plan.abbreviations, plain=False)
        self._plain = Index(plan.abbreviations, plain=True)
        for role, labels in ROLE_LABELS.items():
            for label in labels:
                self._learn(label, role)
        for field in plan.fields:
            for label in (field.label.vi, field.label.en, field.id, *field.aliases):
                self._learn(label, field.id)
            for upper, lower in field.header.values():
                self._learn(f"{upper} {lower}", field.id)
                for index in (self._exact, self._plain):
                    index.paths[index.key(upper), index.lower_key(lower)] = field.id
        self._part_labels = {
            field.id: (field.part_of, [lower for _, lower in field.header.values()])
            for field in plan.fields
            if field.part_of
        }
        for index in (self._exact, self._plain):
            of_parts = (label for _, labels in self._part_labels.values() for label in labels)
            index.lowers = frozenset(key for _, key in index.paths).union(map(index.lower_key, of_parts))
        self._places = {plain_words(plan.place.vi), plain_words(plan.place.en)} - {()}
        totals = map(plain_words, ROLE_LABELS[Role.TOTAL])
        self._may_sum_up = word_finder(key[0] for key in (*totals, *self._places, *GROUPS))
        self.meaning = lru_cache(CACHED)(self._meaning)
        self.path_meaning = lru_cache(CACHED)(self._path_meaning)  # many forms have the same headings
        self.may_be_lower = lru_cache(CACHED)(self._may_be_lower)
        self.may_name_field = lru_cache(CACHED)(self._may_name_field)

    def _learn(self, label: str, meaning: Meaning) -> None:
        for index in (self._exact, self._plain):
            known = index.meanings.setdefault(index.key(label), meaning) if label else meaning
            if known != meaning and isinstance(meaning, str) and isinstance(known, str):
                raise PlanError(
                    phrase(
                        "The label “{label}” of the field {second} means the field {first} too.",
                        label=label,
                        first=known,
                        second=meaning,
                    )
                )

    def _index(self, *texts: str) -> Index:
        typed_without = all(text == without_diacritics(text) for text in map(tidy, texts))
        return self._plain if typed_without else self._exact

    def _meaning(self, text: str) -> Meaning | None:
        """The field or role that a heading means on its own."""
        index = self._index(text)
        return index.meanings.get(index.key(text)) if len(text) <= LONGEST_HEADING else None

    def field(self, text: str) -> str | None:
        meaning = self.meaning(text)
        return meaning if isinstance(meaning, str) else None

    def is_heading(self, text: str) -> bool:
        """Whether a text heads a column or a row: a field, or a part of the frame but for a total."""
        meaning = self.meaning(text)
        return meaning is not None and meaning is not Role.TOTAL

    def field_under(self, upper: str, lower: str) -> str | None:
        """The field of a lower heading under an upper one: Cơ sở giáo dục → Tổng số."""
        index = self._index(upper, lower)
        return index.paths.get((index.key(upper), index.lower_key(lower)))

    def _may_be_lower(self, text: str) -> bool:
        """Whether a heading means something under some other one."""
        return any(index.lower_key(text) in index.lowers for index in (self._exact, self._plain))

    def _may_name_field(self, text: str) -> bool:
        """Whether a heading means a field, on its own or under some other one."""
        return self.field(text) is not None or self.may_be_lower(text)

    def part_of(self, whole: str, text: str) -> str | None:
        """The field that `text` names as a part of the field `whole`: "trong đó: được tập huấn"."""
        index = self._index(text)
        key = index.key(text)
        named = (
            part for part, (of, labels) in self._part_labels.items() if of == whole and key in map(index.key, labels)
        )
        return next(named, None)

    def _path_meaning(self, path: tuple[str, ...]) -> Meaning | None:
        """What a column means whose headings, from the top down, are `path`.

        A level that only says the measure or the year changes nothing.
        """
        while len(path) > 1 and (is_measure(path[-1]) or year_named(path[-1])):
            path = path[:-1]
        if not path:
            return None
        meaning = self.meaning(path[-1])
        if isinstance(meaning, str):
            return meaning
        for upper in reversed(path[:-1]):
            if field := self.field_under(upper, path[-1]):
                return field
            whole = self.field(upper)
            if whole and (part := self.part_of(whole, path[-1])):
                return part
            if whole and self.is_total(path[-1]):
                return whole
        return meaning if len(path) == 1 or meaning in (Role.UNIT, Role.UNIT_CODE, Role.YEAR) else None

    def sums_up(self, text: str) -> bool:
        """Whether a row where units stand is named as one that sums up others, all of them or a group."""
        return self._may_sum_up(text) and (self.is_total(text) or is_group(text))

    def is_total(self, text: str) -> bool:
        """Whether a row or column of that name sums up the others, as the plan's place does: "Tỉnh Ninh Bình"."""
        key = plain_words(text)
        after_total = {key[end:] for end in range(1, len(key)) if is_total_key(key[:end])}
        named = {place[start:] for place in self._places for start in (0, 1)}  # "Toàn tỉnh Ninh Bình"
        return is_total(text) or key in self._places or not after_total.isdisjoint(named - {()})
