"""What a heading means: a field of the plan, or a part that official tables have around their figures.

The plan gives the labels of its fields; the words that frame a table (STT, Đơn vị, Tổng cộng, the
signatures) are the same in every plan and stand here.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, auto

from gbv_kpi.errors import PlanError
from gbv_kpi.language import phrase
from gbv_kpi.plan import Plan
from gbv_kpi.reading.labels import label_words, tidy, without_diacritics, words

__all__ = ["Role", "Vocabulary", "is_signature", "is_total"]

Key = tuple[str, ...]


class Role(Enum):
    """What a column or row of a table is for, where it is no field."""

    UNIT = auto()
    UNIT_CODE = auto()
    YEAR = auto()
    NUMBERING = auto()
    MEASURE = auto()
    NOTE = auto()
    VALUE = auto()
    ITEM = auto()
    TOTAL = auto()


Meaning = str | Role  # a field's id, or a role

_ROLE_LABELS: Mapping[Role, Sequence[str]] = {
    Role.UNIT: (
        "Đơn vị", "Tên đơn vị", "Đơn vị báo cáo", "Đơn vị hành chính", "Tên đơn vị hành chính", "Địa phương", "Địa bàn",
        "Huyện", "Huyện, thành phố", "Quận, huyện", "Các huyện, thành phố", "Tên huyện, thành phố",
        "Tên huyện", "Quận, huyện, thị xã, thành phố", "Huyện, thị xã, thành phố", "Xã, phường",
        "Đơn vị, địa phương", "unit", "unit name", "district",
    ),
    Role.UNIT_CODE: ("Mã", "Mã đơn vị", "Mã đơn vị hành chính", "Mã huyện", "Mã số", "code", "unit code"),
    Role.YEAR: ("Năm", "Năm báo cáo", "year"),
    Role.NUMBERING: ("STT", "TT", "Số TT", "Số thứ tự", "no"),
    Role.MEASURE: ("Đơn vị tính", "ĐVT", "Đơn vị đo", "measure", "unit of measure"),
    Role.NOTE: ("Ghi chú", "note", "notes", "remarks"),
    Role.VALUE: (
        "Số liệu", "Kết quả", "Kết quả thực hiện", "Thực hiện", "Số lượng", "Giá trị", "Số liệu báo cáo",
        "Số thực hiện", "value", "figure",
    ),
    Role.ITEM: ("Chỉ tiêu", "Nội dung", "Tên chỉ tiêu", "Nội dung chỉ tiêu", "Danh mục", "item", "indicator"),
    Role.TOTAL: (
        "Tổng cộng", "Tổng số", "Tổng", "Cộng", "Toàn tỉnh", "Tổng toàn tỉnh", "Cộng toàn tỉnh",
        "Tổng cộng toàn tỉnh", "Tổng số toàn tỉnh", "total", "grand total",
    ),
}  # fmt: skip

# A heading that starts with one of these names a person, or leads to one.
_PERSONAL = (
    "Họ và tên", "Họ tên", "Tên nạn nhân", "Tên người bị", "Ngày sinh", "Ngày tháng năm sinh", "Năm sinh",
    "CCCD", "CMND", "Số CCCD", "Số CMND", "Căn cước", "Số căn cước", "Chứng minh nhân dân", "Số chứng minh",
    "Số định danh", "Mã định danh", "Hộ chiếu", "Số hộ chiếu", "Điện thoại", "Số điện thoại", "SĐT", "Số ĐT", "Địa chỉ",
    "Nơi ở", "Nơi cư trú", "Chỗ ở", "Email", "Thư điện tử", "full name", "name of victim", "victim name",
    "date of birth", "birthday", "phone", "telephone", "address", "id number", "identity card", "passport",
)  # fmt: skip

_SIGNATURES = (
    "người lập biểu", "người lập", "người báo cáo", "thủ trưởng", "nơi nhận", "kt chủ tịch", "kt giám đốc", "tm ubnd",
    "tm ủy ban nhân dân", "chủ tịch", "phó chủ tịch", "giám đốc", "phó giám đốc", "trưởng phòng", "phó trưởng phòng",
    "người kiểm tra", "xác nhận của", "kế toán", "ký ghi rõ họ tên", "ký tên đóng dấu",
)  # fmt: skip

_COUNT_WORDS = tuple(map(words, ("tổng số", "số lượng", "số", "number of")))
_TOTAL_IN_HEADER = ("tổng số", "tổng", "tổng cộng", "số lượng", "ts", "total")


class Index:
    """Meanings by key, either as properly spelt or with every diacritic taken off."""

    def __init__(self, abbreviations: Mapping[str, str], *, plain: bool) -> None:
        self._plain = plain
        self._longhand = {self._words(short): self._words(long) for short, long in abbreviations.items()}
        self.meanings: dict[Key, Meaning] = {}
        self.paths: dict[tuple[Key, Key], str] = {}
        self.totals = frozenset(map(self.key, _TOTAL_IN_HEADER))

    def _words(self, text: str) -> Key:
        return self._plainly(words(text))

    def _plainly(self, key: Key) -> Key:
        return tuple(map(without_diacritics, key)) if self._plain else key

    def key(self, text: str) -> Key:
        """The words of a heading, abbreviations written out, without "số" in front."""
        key = self._plainly(label_words(text))
        for short, long in self._longhand.items():
            for start in range(len(key) - len(short), -1, -1):
                if key[start : start + len(short)] == short:
                    key = (*key[:start], *long, *key[start + len(short) :])
        for count_words in map(self._plainly, _COUNT_WORDS):
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
        for role, labels in _ROLE_LABELS.items():
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
        self._personal = [tuple(index.key(label) for label in _PERSONAL) for index in (self._exact, self._plain)]

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

    def meaning(self, text: str) -> Meaning | None:
        """The field or role that a heading means on its own."""
        index = self._index(text)
        return index.meanings.get(index.key(text))

    def field(self, text: str) -> str | None:
        meaning = self.meaning(text)
        return meaning if isinstance(meaning, str) else None

    def field_under(self, upper: str, lower: str) -> str | None:
        """The field of a lower heading under an upper one: Cơ sở giáo dục → Tổng số."""
        index = self._index(upper, lower)
        return index.paths.get((index.key(upper), index.lower_key(lower)))

    def part_of(self, whole: str, text: str) -> str | None:
        """The field that `text` names as a part of the field `whole`: "trong đó: được tập huấn"."""
        index = self._index(text)
        key = index.key(text)
        named = (
            part for part, (of, labels) in self._part_labels.items() if of == whole and key in map(index.key, labels)
        )
        return next(named, None)

    def path_meaning(self, path: Sequence[str]) -> Meaning | None:
        """What a column means whose headings, from the top down, are `path`."""
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
        return meaning if len(path) == 1 or meaning in (Role.UNIT, Role.UNIT_CODE, Role.YEAR) else None

    def is_personal(self, text: str) -> bool:
        """Whether a heading asks for a person's name, birth, papers, telephone or address."""
        if tidy(text).endswith(":") or self.field(text):
            return False
        index = self._index(text)
        key = index.key(text)
        return any(key[: len(label)] == label for label in self._personal[index is self._plain])


def is_total(text: str) -> bool:
    """Whether a row or column of that name sums up the others."""
    return _plain_words(text) in _TOTALS


def is_signature(texts: Iterable[str]) -> bool:
    """Whether a row of cells belongs to the block of date, signatures and recipients under a table."""
    for text in texts:
        key = _plain_words(text)
        if any(key[: len(start)] == start for start in _SIGNATURE_KEYS):
            return True
        if {"ngay", "thang", "nam"} <= set(key):
            return True
    return False


def _plain_words(text: str) -> Key:
    return tuple(map(without_diacritics, words(text)))


_TOTALS = frozenset(map(_plain_words, _ROLE_LABELS[Role.TOTAL]))
_SIGNATURE_KEYS = tuple(map(_plain_words, _SIGNATURES))
