"""Returns made from a random model and laid out in every way; the reader gives the model's figures or refuses.

    python -m tests.reading.generator [COUNT] [SEED]

A model has the figures of one or two units in one or two years, and distractors: columns and rows with another
meaning. Prints how many were read whole, how many were refused although nothing in them is ambiguous, by layout, and
every wrong figure; exits 1 at a wrong figure.
"""

import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from gbv_kpi.plan import ReturnField, load_plan
from gbv_kpi.reading.locate import read_tables
from gbv_kpi.reading.numbers import read_figure
from gbv_kpi.reading.reader import Reader
from gbv_kpi.reading.tables import Unread
from gbv_kpi.sheets.sheet import Area, Cell, Sheet

PLAN = load_plan()
READER = Reader(PLAN)
FIELDS = [field_ for field_ in PLAN.fields if not field_.optional]
UNITS = {unit.code: unit.name for unit in PLAN.expected_units(2023)}
Rows = list[list[Cell]]
Figures = dict[str, int]
Dice = random.Random

PARTS = ["Nữ", "Nam", "Trẻ em", "Trong đó: nữ", "Dân tộc thiểu số", "Thành thị", "Cấp xã", "Người khuyết tật"]
TARGETS = ["Kế hoạch", "KH", "Chỉ tiêu giao", "Mục tiêu", "Dự kiến năm sau", "Phấn đấu"]
OTHER_YEARS = ["Năm trước", "Cùng kỳ", "Kỳ trước", "Cùng kỳ năm trước", "Năm ngoái"]
OTHERS = ["Lũy kế", "Tỷ lệ (%)", "So với cùng kỳ (%)", "6 tháng đầu năm", "Quý IV", "Bình quân"]
UNEXPLAINED = ["Lần 1", "Đã rà soát", "Theo hồ sơ", "Nhóm B"]
WHOLE = ["Tổng số", "Thực hiện", "TS", "Kết quả", "TH", "Số liệu", "Kết quả thực hiện", "Số lượng", "Chung"]
VALUES = ["Số liệu", "Kết quả", "Thực hiện", "Giá trị", "Tổng số", "Kết quả thực hiện", "Cả năm"]
TITLES = [
    "BIỂU TỔNG HỢP KẾT QUẢ THỰC HIỆN KẾ HOẠCH SỐ 63/KH-UBND NĂM {year}",
    "BÁO CÁO KẾT QUẢ NĂM {year} VÀ PHƯƠNG HƯỚNG, NHIỆM VỤ NĂM {after}",
    "Năm {year}",
    "KẾT QUẢ PHÒNG, CHỐNG BẠO LỰC TRÊN CƠ SỞ GIỚI NĂM {year}",
    "Kỳ báo cáo: Năm {year}",
]
SUBJECTS = [
    "KẾT QUẢ TRỢ GIÚP NGƯỜI BỊ BẠO LỰC TRÊN CƠ SỞ GIỚI",
    "SỐ LIỆU CƠ SỞ GIÁO DỤC, CÁN BỘ VÀ NGƯỜI BỊ BẠO LỰC",
    "Số người bị bạo lực trên cơ sở giới, số trường hợp được trợ giúp",
]
SECTIONS = ["Đào tạo, tập huấn", "Công tác trợ giúp", "Thông tin chung", "Truyền thông"]


@dataclass
class Sent:
    """A sheet, what is right of it, and whether a person would read it without asking."""

    layout: str
    rows: Rows
    right: dict[tuple[str, int], Figures]
    is_clear: bool = True
    merged: list[Area] = field(default_factory=list)
    name: str = "Biểu 1"


def _figures(dice: Dice) -> Figures:
    figures: Figures = {}
    for field_ in FIELDS:
        most = figures[field_.part_of] if field_.part_of else dice.randint(20, 999)
        figures[field_.id] = dice.randint(0, most)
    return figures


def _other(dice: Dice) -> int:
    return dice.randint(1000, 1899)


def _title(dice: Dice, year: int, unit: str | None = None) -> Rows:
    rows: Rows = []
    if dice.random() < 0.3:
        rows += [["ỦY BAN NHÂN DÂN TỈNH NINH BÌNH"], ["SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI"]] if unit is None else []
    if unit:
        label = dice.choice(["Đơn vị báo cáo: {}", "Đơn vị báo cáo: UBND {}", "Tên đơn vị: {}", "{}", "UBND {}"])
        rows.append([label.format(unit)])
        if dice.random() < 0.3:
            rows.append(
                [dice.choice(["Kính gửi: UBND huyện Yên Mô", "Đơn vị nhận báo cáo: Phòng Nội vụ huyện Yên Mô"])]
            )
    rows.append([dice.choice(TITLES).format(year=year, after=year + 1)])
    if dice.random() < 0.3:
        rows.insert(len(rows) - 1, [dice.choice(SUBJECTS)])
    if dice.random() < 0.2:
        rows.append([f"(Từ ngày 01/01/{year} đến ngày 31/12/{year})"])
    if dice.random() < 0.5:
        rows.append([])
    return rows


def _label(dice: Dice, field_: ReturnField) -> str:
    names = [field_.label.vi, *field_.aliases]
    text = dice.choice([names[0], names[0], dice.choice(names)])
    style = dice.randrange(8)
    if style == 0:
        return text.upper()
    return f"{text} (người)" if style == 1 else text.replace(" ", "\n", 1) if style == 2 else text


def _distractor(dice: Dice) -> tuple[str, bool]:
    """Return a heading with another meaning, and whether a person would understand it."""
    kind = dice.randrange(10)
    if kind < 4:
        return dice.choice(PARTS), True
    if kind < 5:
        return dice.choice(TARGETS), True
    if kind < 7:
        return dice.choice(OTHER_YEARS), True
    return (dice.choice(OTHERS), True) if kind < 9 else (dice.choice(UNEXPLAINED), False)


def table(dice: Dice) -> Sent:  # noqa: C901, PLR0912, PLR0915 - one choice after the other
    """Units down; some fields over several columns, other columns between."""
    year = dice.randint(2021, 2024)
    units = dice.sample(sorted(set(UNITS) - {"374"}), dice.randint(1, 4))
    right = {(unit, year): _figures(dice) for unit in units}
    order = FIELDS[:]
    if dice.random() < 0.3:
        dice.shuffle(order)
    upper: list[Cell] = ["STT", "Đơn vị"]
    lower: list[Cell] = ["", ""]
    columns: list[Callable[[Figures], Cell]] = []
    merged: list[tuple[int, int]] = []
    has_target = False
    split = dice.random() < 0.6
    for field_ in order:
        label, name = _label(dice, field_), field_.id
        if split and dice.random() < 0.4:
            heads = [(dice.choice(WHOLE), True)]
            for _ in range(dice.randint(1, 2)):
                heading, _known = _distractor(dice)
                has_target = has_target or heading in TARGETS
                if heading not in [text for text, _ in heads]:
                    heads.append((heading, False))
            dice.shuffle(heads)
            merged.append((len(upper), len(upper) + len(heads) - 1))
            for number, (heading, is_whole) in enumerate(heads):
                upper.append(label if number == 0 else "")
                lower.append(heading)
                columns.append(itemgetter(name) if is_whole else (lambda _: _other(dice)))
            continue
        upper.append(label)
        lower.append("")
        columns.append(itemgetter(name))
        if dice.random() < 0.1:
            upper.append(dice.choice(["Trong đó: nữ", "Tỷ lệ (%)", "Ghi chú", "Số hộ nghèo"]))
            lower.append("")
            columns.append(lambda _: _other(dice))
    rows = _title(dice, year)
    top = len(rows)
    rows.append(upper)
    areas: list[Area] = []
    if any(lower):
        rows.append(lower)
        if dice.random() < 0.5:
            areas = [((top, left), (top, right_)) for left, right_ in merged if right_ > left]
    if dice.random() < 0.3:
        rows.append(["A", "B", *range(1, len(columns) + 1)])
    for number, unit in enumerate(units, 1):
        rows.append([number, UNITS[unit], *(column(right[unit, year]) for column in columns)])
    if dice.random() < 0.4:
        rows.append(["", dice.choice(["Tổng cộng", "Toàn tỉnh", "Tổng 8 huyện, thành phố"]), *(7 for _ in columns)])
    if dice.random() < 0.2:
        rows.append(["", dice.choice(["Tỷ lệ (%)", "So với cùng kỳ", "Bình quân"]), *(3 for _ in columns)])
    if dice.random() < 0.2:
        section: Rows = [["", dice.choice([f"Dự kiến năm {year + 1}", f"Kế hoạch năm {year + 1}"])]]
        section += [[1, UNITS[units[0]], *(_other(dice) for _ in columns)]]
        rows += section
    if dice.random() < 0.3:
        rows += [[], ["", "NGƯỜI LẬP BIỂU", "", "THỦ TRƯỞNG ĐƠN VỊ"], ["", "Nguyễn Văn A", 5]]
    return Sent("table with plans" if has_target else "table", rows, right, not has_target, areas)


def form(dice: Dice) -> Sent:
    """Items down, one unit; several value columns, sections, relative items, other items."""
    year = dice.randint(2021, 2024)
    unit = dice.choice(sorted(set(UNITS) - {"374"}))
    figures = _figures(dice)
    style = dice.choice(["flat", "sections", "levels", "dashes"])
    heads: list[tuple[str, bool]] = [(dice.choice(VALUES), True)]
    clear = True
    if dice.random() < 0.5:
        for _ in range(dice.randint(1, 2)):
            heading, _known = _distractor(dice)
            if heading not in [text for text, _ in heads]:
                heads.append((heading, False))
        dice.shuffle(heads)
    rows = _title(dice, year, UNITS[unit])
    rows.append(["STT", "Chỉ tiêu", "ĐVT", *(heading for heading, _ in heads)])
    if dice.random() < 0.2:
        rows.append(["A", "B", "C", *range(1, len(heads) + 1)])

    def item(number: str, label: str, value: int | None) -> list[Cell]:
        cells = [(value if is_whole else _other(dice)) if value is not None else "" for _, is_whole in heads]
        return [number, label, "Người" if value is not None else "", *cells]

    skipped = dice.choice(FIELDS).id if dice.random() < 0.15 else None
    given = {name: (None if name == skipped else value) for name, value in figures.items()}
    rows += {"flat": _flat, "sections": _in_sections, "levels": _in_levels, "dashes": _with_dashes}[style](
        dice, given, item
    )
    if dice.random() < 0.2:
        plan = f"{dice.choice(['Kế hoạch', 'Dự kiến', 'Mục tiêu'])} năm {year + 1}"
        rows.append(["B" if style == "flat" else "VII", plan, "", *("" for _ in heads)])
        rows += [item("1", FIELDS[0].label.vi, _other(dice))]
        rows += [item("2", FIELDS[8].label.vi, _other(dice))]
    return Sent(f"form, {style}", rows, {(unit, year): figures} if skipped is None else {}, clear and skipped is None)


Item = Callable[[str, str, int | None], list[Cell]]


def _extra(dice: Dice, item: Item, number: str) -> Rows:
    if dice.random() > 0.15:
        return []
    return [
        item(number, dice.choice(["Số hộ gia đình", "Số mô hình đang hoạt động", "Lãnh đạo, quản lý"]), _other(dice))
    ]


def _flat(dice: Dice, given: dict[str, int | None], item: Item) -> Rows:
    rows: Rows = []
    for number, field_ in enumerate(FIELDS, 1):
        rows.append(item(str(number), _label(dice, field_), given[field_.id]))
        rows += _extra(dice, item, str(number + 50))
        if dice.random() < 0.15:
            rows.append(item("", dice.choice(["Trong đó: nữ", "- Nữ", "- Trẻ em"]), _other(dice)))
    return rows


def _in_sections(dice: Dice, given: dict[str, int | None], item: Item) -> Rows:
    rows: Rows = []
    for number, start in enumerate(range(0, len(FIELDS), 2), 1):
        rows.append(item(["I", "II", "III", "IV", "V"][number - 1], dice.choice(SECTIONS), None))
        rows += [item(str(place), _label(dice, f), given[f.id]) for place, f in enumerate(FIELDS[start : start + 2], 1)]
    return rows


def _in_levels(dice: Dice, given: dict[str, int | None], item: Item) -> Rows:
    rows: Rows = []
    for number, start in enumerate(range(0, len(FIELDS), 2), 1):
        pair = FIELDS[start : start + 2]
        rows.append(item(str(number), pair[0].header["vi"][0], None))
        rows += [item(f"{number}.{place}", f.header["vi"][1], given[f.id]) for place, f in enumerate(pair, 1)]
        if dice.random() < 0.2:
            rows.append(item(f"{number}.3", "Trong đó: nữ", _other(dice)))
    if dice.random() < 0.4:
        other = dice.choice(["Lãnh đạo, quản lý các cấp", "Cộng tác viên", "Phóng viên, báo chí"])
        place = dice.choice([at for at, row in enumerate(rows) if "." not in str(row[0])])
        extra = [
            item("9", other, None),
            item("9.1", "Tổng số", _other(dice)),
            item("9.2", "Được tập huấn", _other(dice)),
        ]
        rows[place:place] = extra
    return rows


def _with_dashes(dice: Dice, given: dict[str, int | None], item: Item) -> Rows:
    rows: Rows = []
    for number, start in enumerate(range(0, len(FIELDS), 2), 1):
        whole, part = FIELDS[start : start + 2]
        rows.append(item(str(number), whole.label.vi, given[whole.id]))
        if dice.random() < 0.3:
            rows.append(item("", "- Nữ", _other(dice)))
        rows.append(item("", f"{dice.choice(['- ', 'Trong đó: '])}{part.header['vi'][1].lower()}", given[part.id]))
        if dice.random() < 0.15:
            rows += [item(str(number + 40), "Hình thức bạo lực", None), item("", "- Khác", _other(dice))]
    return rows


def cross(dice: Dice) -> Sent:
    """Items down, units or years across, with a whole and parts under each."""
    year = dice.randint(2021, 2024)
    units = dice.sample(sorted(set(UNITS) - {"374"}), dice.randint(1, 3))
    right = {(unit, year): _figures(dice) for unit in units}
    lower: list[tuple[str, bool]] = [("", True)]
    if dice.random() < 0.5:
        lower = [(dice.choice(WHOLE), True), (dice.choice(PARTS + OTHER_YEARS), False)]
        dice.shuffle(lower)
    upper: list[Cell] = ["STT", "Nội dung"]
    second: list[Cell] = ["", ""]
    rows = _title(dice, year)
    areas: list[Area] = []
    if dice.random() < 0.4:
        upper.append("Toàn tỉnh")
        second.append(lower[0][0] if len(lower) > 1 else "")
        upper += [""] * (len(lower) - 1)
        second += [heading for heading, _ in lower[1:]]
    totals = len(upper) - 2
    for unit in units:
        start = len(upper)
        upper += [UNITS[unit], *[""] * (len(lower) - 1)]
        second += [heading for heading, _ in lower]
        if len(lower) > 1 and dice.random() < 0.7:
            areas.append(((len(rows), start), (len(rows), start + len(lower) - 1)))
    rows.append(upper)
    if len(lower) > 1:
        rows.append(second)
    for number, f in enumerate(FIELDS, 1):
        cells: list[Cell] = [_other(dice)] * totals
        for unit in units:
            cells += [right[unit, year][f.id] if is_whole else _other(dice) for _, is_whole in lower]
        rows.append([number, _label(dice, f), *cells])
    return Sent("cross table", rows, right, True, areas)


def of_two_years(dice: Dice) -> Sent:
    """A table or form with a column for each of two years, with or without a year in the title."""
    year = dice.randint(2022, 2024)
    unit = dice.choice(sorted(set(UNITS) - {"374"}))
    right = {(unit, of): _figures(dice) for of in (year - 1, year)}
    titled = dice.random() < 0.5
    head = [f"Năm {year - 1}", f"Năm {year}"] if dice.random() < 0.5 else [year - 1, year]
    title: Rows = [[f"Đơn vị báo cáo: {UNITS[unit]}"], [f"KẾT QUẢ NĂM {year}" if titled else "KẾT QUẢ"]]
    kept = {key: figures for key, figures in right.items() if not titled or key[1] == year}
    rows = [*title, ["STT", "Chỉ tiêu", *head]]
    rows += [[n, f.label.vi, *(right[unit, of][f.id] for of in (year - 1, year))] for n, f in enumerate(FIELDS, 1)]
    return Sent("form of two years", rows, kept)


def stacked(dice: Dice) -> Sent:
    """Two tables or forms below each other, or side by side."""
    make = dice.choice([table, form])
    first, second = make(dice), make(dice)
    while set(first.right) & set(second.right) or not (first.is_clear and second.is_clear):
        first, second = make(dice), make(dice)
    gap = len(first.rows) + 1
    merged = [*first.merged, *(((t + gap, le), (b + gap, r)) for (t, le), (b, r) in second.merged)]
    return Sent(
        f"stacked {make.__name__}s", [*first.rows, [], *second.rows], {**first.right, **second.right}, True, merged
    )


def side_by_side(dice: Dice) -> Sent:
    """Two forms side by side, each under its own title."""
    year = dice.randint(2021, 2024)
    one, two = dice.sample(sorted(set(UNITS) - {"374"}), 2)
    right = {(one, year): _figures(dice), (two, year): _figures(dice)}
    rows: Rows = [[f"Đơn vị báo cáo: {UNITS[one]}", "", "", "", f"Đơn vị báo cáo: {UNITS[two]}"]]
    rows += [
        [f"Năm {year}", "", "", "", f"Năm {year}"],
        ["STT", "Chỉ tiêu", "Số liệu", "", "STT", "Chỉ tiêu", "Số liệu"],
    ]
    for number, f in enumerate(FIELDS, 1):
        rows.append([number, f.label.vi, right[one, year][f.id], "", number, f.label.vi, right[two, year][f.id]])
    return Sent("forms side by side", rows, right)


def refused(dice: Dice) -> Sent:
    """A form or table that is no return of a year: a plan, half a year, parts only, another's."""
    sent = dice.choice([table, form])(dice)
    way = dice.randrange(5)
    if way == 0:
        sent.rows.insert(
            0, [dice.choice(["6 tháng đầu năm", "Tính đến 30/9/2023", "Báo cáo quý III", "Sơ kết năm 2023"])]
        )
    elif way == 1:
        sent.rows.insert(0, [dice.choice(["CHỈ TIÊU KẾ HOẠCH GIAO", "DỰ KIẾN NĂM SAU", "LŨY KẾ TỪ ĐẦU GIAI ĐOẠN"])])
    elif way == 2:
        words = set(VALUES + WHOLE)
        sent.rows = [[dice.choice(PARTS) if cell in words else cell for cell in row] for row in sent.rows]
        if sent.layout.startswith("form"):
            return Sent("refused: parts only", sent.rows, {}, False, sent.merged)
        return Sent("maybe", sent.rows, sent.right, False, sent.merged)
    elif way == 3:
        kinds = ["Xã", "Công an huyện", "Trường THPT"]
        others = {name: f"{dice.choice(kinds)} {name.split()[-1]} A" for name in UNITS.values()}
        sent.rows = [[_renamed(cell, others) for cell in row] for row in sent.rows]
    else:
        words = set(VALUES)
        sent.rows = [[dice.choice(UNEXPLAINED) if cell in words else cell for cell in row] for row in sent.rows]
        return Sent("maybe", sent.rows, sent.right, False, sent.merged)
    return Sent("refused", sent.rows, {}, False, sent.merged)


def _renamed(cell: Cell, others: dict[str, str]) -> Cell:
    for name, other in others.items():
        cell = cell.replace(name, other) if isinstance(cell, str) else cell
    return cell


LAYOUTS: Sequence[Callable[[Dice], Sent]] = (
    table, table, table, form, form, form, form, cross, of_two_years, stacked, side_by_side, refused,
)  # fmt: skip


def read(sent: Sent) -> dict[tuple[str, int], Figures]:
    """Return the figures of the returns that are read whole and without an error."""
    sheet = Sheet(sent.name, sent.rows, sent.merged)
    found: dict[tuple[str, int], Figures] = {}
    for one in read_tables(sheet, "sent.xlsx", READER).tables:
        returns = one.returns
        for index in range(len(returns)):
            if returns["is_faulty"].iloc[index] or not isinstance(returns["unit"].iloc[index], str):
                continue
            figures: Figures = {}
            for name, cells in one.cells.items():
                cell = cells.values.tolist()[index]
                value = None if isinstance(cell, Unread) else read_figure(cell).value
                if value is not None:
                    figures[name] = value
            if all(f.id in figures for f in FIELDS):
                found[returns["unit"].iloc[index], int(returns["year"].iloc[index])] = figures
    return found


def wrong_figures(sent: Sent, found: dict[tuple[str, int], Figures]) -> list[str]:
    """Return what was read and is not in the model."""
    return [
        f"{key} {name}: {value}, not {sent.right.get(key, {}).get(name)}"
        for key, figures in found.items()
        for name, value in figures.items()
        if sent.right.get(key, {}).get(name) != value
    ]


def main(count: int, seed: int) -> int:
    made, unread, wrong = Counter[str](), Counter[str](), 0
    for number in range(count):
        dice = random.Random(f"{seed}:{number}")
        sent = dice.choice(LAYOUTS)(dice)
        found = read(sent)
        made[sent.layout] += 1
        if told := wrong_figures(sent, found):
            wrong += 1
            print(f"WRONG {seed}:{number} {sent.layout}: {told[:3]}")
        if sent.is_clear and set(found) != set(sent.right):
            unread[sent.layout] += 1
            if unread[sent.layout] <= 3:
                print(f"refused {seed}:{number} {sent.layout}")
    clear = sum(made.values())
    print(f"{clear} returns, {wrong} with a wrong figure, {sum(unread.values())} clear ones refused: {dict(unread)}")
    print(dict(made))
    return 1 if wrong else 0


if __name__ == "__main__":
    arguments = [*sys.argv[1:], "1000", "1"][:2] if len(sys.argv) < 3 else sys.argv[1:3]
    sys.exit(main(int(arguments[0]), int(arguments[1]) if len(sys.argv) > 2 else 1))
