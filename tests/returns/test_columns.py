"""Whole columns give what plain Python gives cell by cell and return by return, on returns drawn at random."""

from collections.abc import Sequence
from itertools import combinations
from string import ascii_uppercase

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gbv_kpi.i18n import ENGLISH
from gbv_kpi.reading.numbers import read_figure
from gbv_kpi.reading.tables import FieldCells, Table, Total, Unread
from gbv_kpi.returns.collect import valid_returns
from gbv_kpi.returns.parse import CellProblems, distinct_cells, parse_counts
from gbv_kpi.returns.schema import MAX_COUNT
from gbv_kpi.sheets.sheet import Cell, FormulaError, FormulaWithoutValue, Percentage, cell_address, text_of
from tests.returns.tables import FIELDS, PLAN, REQUIRED, Row, collected, counts_in, table_of, told_of

TEXTS = ["", " ", "…", "x", "-", "–", "007", "7", "7.0", "1.200", "12 người", "-3", "1,5", "10000000000", "#N/A"]
CELLS = st.one_of(
    st.sampled_from(TEXTS),
    st.booleans(),
    st.integers(-2, 3),
    st.sampled_from([MAX_COUNT, MAX_COUNT + 1, 2**31, 2**63, 0.0, 1.0, 2.0, 1.5, -1.0, 1e30]),
    st.sampled_from([FormulaWithoutValue(), FormulaError("#REF!"), Percentage(1.0), Percentage(0.5), Unread()]),
)
DISTRICTS = ["370", "372", "373"]


def parsed(
    cells: pd.Series, field: str = "victims", *, expected: bool = True
) -> tuple[list[int | None], list[CellProblems]]:
    counts, _, problems = parse_counts({field: cells}, np.full(len(cells), expected), PLAN)
    assert str(counts[field].dtype) == "Int32"
    return [None if pd.isna(count) else int(count) for count in counts[field]], problems


def said(problems: Sequence[CellProblems]) -> list[tuple[str, int, str]]:
    """Code, row and sentence of each problem, by row."""
    found = [
        (problem.code, int(row), ENGLISH.say(message))
        for problem in problems
        for row, message in zip(problem.rows, problem.messages, strict=True)
    ]
    return sorted(found, key=lambda one: (one[1], one[0]))


# ---------------------------------------------------------------- cells


@given(st.lists(CELLS, max_size=12))
def test_a_column_of_any_cells_gives_what_each_cell_gives(cells: list[Cell]) -> None:
    """1, 1.0 and True are equal, but a truth value is no count."""
    counts, problems = parsed(pd.Series(cells, dtype=object))
    found = said(problems)
    assert len(found) == len({row for _, row, _ in found})
    by_row = {row: (code, sentence) for code, row, sentence in found}
    for row, (cell, count) in enumerate(zip(cells, counts, strict=True)):
        alone, own = parsed(pd.Series([cell], dtype=object))
        assert count == alone[0]
        assert by_row.get(row) == next(((code, sentence) for code, _, sentence in said(own)), None)
        value = None if isinstance(cell, Unread) else read_figure(cell).value
        assert count == (value if value is not None and 0 <= value <= MAX_COUNT else None)


@given(st.lists(CELLS, max_size=12))
def test_different_cells_are_those_that_differ_in_value_or_type(cells: list[Cell]) -> None:
    codes, different = distinct_cells(pd.Series(cells, dtype=object))
    assert [(type(different[code]), different[code]) for code in codes] == [(type(cell), cell) for cell in cells]
    assert len(different) == len({(type(cell), cell) for cell in cells})


@given(
    st.lists(st.integers(-3, 50) | st.sampled_from([MAX_COUNT, MAX_COUNT + 1, 2**40]), max_size=12),
    st.sampled_from(["victims", "helped_legal"]),
)
def test_numbers_texts_and_categories_of_the_same_cells_are_read_the_same(numbers: list[int], field: str) -> None:
    texts = pd.Series(list(map(str, numbers)), dtype=object)
    columns: list[pd.Series] = [
        pd.Series(np.array(numbers, dtype=np.int64)),
        pd.Series(numbers, dtype=object),
        texts,
        pd.Series(pd.Categorical(texts)),
        pd.Series(pd.Categorical(texts, categories=[*dict.fromkeys(texts), "not there", ""])),
    ]
    first, *others = [(counts, said(problems)) for counts, problems in (parsed(cells, field) for cells in columns)]
    assert first[0] == [number if 0 <= number <= MAX_COUNT else None for number in numbers]
    assert others == [first] * 4


@given(st.lists(st.sampled_from(TEXTS), max_size=12), st.sampled_from(["victims", "helped_legal"]))
def test_a_category_is_read_as_its_text(texts: list[str], field: str) -> None:
    cells = pd.Series(texts, dtype=object)
    (counts, problems), (again, repeated) = parsed(cells, field), parsed(pd.Series(pd.Categorical(cells)), field)
    assert (again, said(repeated)) == (counts, said(problems))


@pytest.mark.parametrize("kind", ["int64", "object", "category"])
def test_a_column_of_no_returns_is_a_column_of_counts(kind: str) -> None:
    assert parsed(pd.Series([], dtype=kind)) == ([], [])


@given(st.lists(st.lists(st.integers(0, 30), max_size=4), max_size=4), st.data())
def test_tables_of_any_kind_of_column_on_top_of_each_other_are_one(parts: list[list[int]], data: st.DataObject) -> None:
    tables = []
    for number, part in enumerate(parts):
        rows = [Row(f"Xã {number}.{n}", 2023, dict.fromkeys(REQUIRED, count)) for n, count in enumerate(part)]
        kind = data.draw(st.sampled_from(["int64", "object", "texts", "category"]))
        tables.append(_as_kind(table_of(rows, file=f"{number}.csv"), kind))
    returns = collected(*tables)
    flat = [count for part in parts for count in part]
    assert returns.frame["victims"].tolist() == flat
    assert list(returns.problems) == []
    assert [file.returns for file in returns.files] == list(map(len, parts))


def _as_kind(table: Table, kind: str) -> Table:
    def column(values: pd.Series) -> pd.Series:
        texts = values.map(str).astype(object)
        return (
            values.astype("int64")
            if kind == "int64"
            else {"object": values, "texts": texts}.get(kind, pd.Series(pd.Categorical(texts)))
        )

    cells = {
        field: FieldCells(column(table.cells[field].values), table.cells[field].rows, table.cells[field].columns)
        for field in REQUIRED
    }
    return Table(table.file, table.sheet, table.returns, cells, table.totals, table.problems)


# ---------------------------------------------------------------- one return


COUNTS = st.dictionaries(st.sampled_from(FIELDS), st.integers(0, 6) | st.sampled_from(["", "x", MAX_COUNT]))


@given(st.lists(st.tuples(COUNTS, st.booleans()), max_size=5))
def test_checks_on_the_frame_find_what_they_find_return_by_return(given: list[tuple[dict[str, Cell], bool]]) -> None:
    rows = [
        Row(unit, 2023, {field: cells.get(field, "") for field in FIELDS}, is_expected=is_expected)
        for unit, (cells, is_expected) in zip(["A", "B", "C", "D", "E"], given, strict=False)
    ]
    wanted = [problem for number, row in enumerate(rows, 1) for problem in _problems_of(row, number)]
    returns = collected(table_of(rows))
    is_reported = [any(cell != "" for cell in row.cells.values()) for row in rows]
    assert returns.frame["is_reported"].tolist() == is_reported
    left_out = [("blank-return", None, None)] if rows and not any(is_reported) else []
    assert sorted(told_of(returns), key=str) == sorted([*left_out, *wanted], key=str)
    failed = {int(cell.lstrip(ascii_uppercase)) for code, cell, _ in wanted if code != "help-forms-below-total"}
    assert returns.frame["is_valid"].tolist() == [is_reported[n] and n + 2 not in failed for n in range(len(rows))]


def _problems_of(row: Row, number: int) -> list[tuple[str, str, str]]:
    """What is wrong with a return, by plain arithmetic on its cells."""
    if all(cell == "" for cell in row.cells.values()):
        return []  # not reported
    counts = {field: cell for field, cell in row.cells.items() if isinstance(cell, int)}
    found = [("not-a-number", field) for field, cell in row.cells.items() if cell == "x"]
    for field in PLAN.fields:
        partners = {
            other.id for other in PLAN.fields if not other.optional and field.id in (other.part_of, other.id)
        } | ({field.part_of} - {None})
        needed = row.is_expected or any(partner in counts for partner in partners - {field.id})
        if not field.optional and row.cells[field.id] == "" and needed:
            found.append(("missing-value", field.id))
        if field.part_of and counts.get(field.id, 0) > counts.get(field.part_of, 10**10):
            found.append(("part-exceeds-total", field.id))
    forms = [counts[field.id] for field in PLAN.fields if field.form_of and field.id in counts]
    if forms and sum(forms) < counts.get("cases_helped", 0):
        found.append(("help-forms-below-total", "cases_helped"))
    return [(code, cell_address(number, FIELDS.index(field) + 1), field) for code, field in found]


def test_forms_of_help_that_add_up_beyond_32_bits_are_added_up() -> None:
    forms = [field.id for field in PLAN.fields if field.form_of]
    cells: dict[str, Cell] = {**dict.fromkeys(REQUIRED, 0), "cases_needing_help": MAX_COUNT, "cases_helped": MAX_COUNT}
    rows = [Row("372", 2023, {**cells, **dict.fromkeys(forms, MAX_COUNT)})]
    assert [code for code, *_ in told_of(collected(table_of(rows)))] == []


def test_cell_reported_by_reading_is_reported_once() -> None:
    cells: dict[str, Cell] = dict.fromkeys(REQUIRED, 4)
    unread = table_of([Row("372", 2023, {**cells, "victims": Unread()}, is_faulty=True)])  # type: ignore[dict-item]
    returns = collected(unread)
    assert (told_of(returns), returns.refused()) == ([], {("372", 2023)})


# ---------------------------------------------------------------- totals


@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 40), st.lists(st.sets(st.integers(0, 5)), min_size=1, max_size=3)), max_size=3),
)
def test_a_total_is_right_where_it_is_the_sum_of_one_of_its_groups(
    counts: list[int], totals: list[tuple[int, list[set[int]]]]
) -> None:
    rows = [Row(f"Xã {n}", 2023, dict.fromkeys(REQUIRED, count)) for n, count in enumerate(counts)]
    groups = [[sorted(n for n in group if n < len(rows)) for group in chosen] for _, chosen in totals]
    printed = [
        Total({"victims": (figure, 20 + n, 1)}, [np.array(group, dtype=np.intp) for group in groups[n]])
        for n, (figure, _) in enumerate(totals)
    ]
    wrong = [
        ("total-mismatch", cell_address(20 + n, 1), "victims")
        for n, (figure, _) in enumerate(totals)
        if all(figure != sum(counts[row] for row in group) for group in groups[n])
    ]
    assert told_of(collected(table_of(rows, totals=printed))) == wrong


# ---------------------------------------------------------------- the same return twice


@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(["374", "372", None]), st.sampled_from([0, 2023, 2025])), max_size=5),
        max_size=4,
    ),
    st.booleans(),
)
def test_neither_of_two_returns_of_a_unit_and_year_counts(
    files: list[list[tuple[str | None, int]]], across_files: bool
) -> None:
    tables = [
        table_of([Row(unit, year, dict.fromkeys(REQUIRED, 1)) for unit, year in rows], file=f"{number}.csv")
        for number, rows in enumerate(files)
    ]
    returns = collected(*tables, across_files=across_files)
    keys = [(unit, year, None if across_files else number) for number, rows in enumerate(files) for unit, year in rows]
    twice = [key[0] is not None and key[1] > 0 and keys.count(key) > 1 for key in keys]
    assert returns.frame["is_duplicate"].tolist() == twice
    assert returns.frame["is_valid"].tolist() == [not again for again in twice]
    told = [problem.code for problem in returns.problems]
    assert told == ["duplicate-return"] * (sum(twice) - len({k for k, again in zip(keys, twice, strict=True) if again}))


MERGED = [("374", None), ("374", "369"), ("374", "374"), ("372", None)]  # 374 was Huyện Hoa Lư, and is Thành phố now


@given(st.lists(st.sampled_from(MERGED), max_size=6))
def test_predecessors_count_together_once_and_not_with_their_successor(
    sent: list[tuple[str, str | None]],
) -> None:
    returns = collected(table_of([Row(unit, 2025, dict.fromkeys(REQUIRED, 1), named) for unit, named in sent]))

    def clash(one: tuple[str, str | None], other: tuple[str, str | None]) -> bool:
        return one[0] == other[0] and (one == other or None in (one[1], other[1]))

    clashing = {one[0] for one, other in combinations(sent, 2) if clash(one, other)}
    assert returns.frame["is_duplicate"].tolist() == [unit in clashing for unit, _ in sent]
    later = [n for n, one in enumerate(sent) if any(clash(one, other) for other in sent[:n])]
    assert [problem.place.row for problem in returns.problems] == [n + 2 for n in later]
    counted = [(given.unit.code, given.named.name) for _, given in valid_returns(returns, PLAN)]
    names = {(None, "374"): "Thành phố Hoa Lư", ("369", "374"): "Thành phố Ninh Bình", ("374", "374"): "Huyện Hoa Lư"}
    assert counted == [
        (unit, names.get((named, unit), "Huyện Nho Quan")) for unit, named in sent if unit not in clashing
    ]


# ---------------------------------------------------------------- what goes to the ledger


def test_a_valid_return_has_its_counts_and_the_cell_of_each() -> None:
    cells: dict[str, Cell] = {**dict.fromkeys(REQUIRED, 3), "schools": "1.200", "helped_legal": ""}
    bad = Row("373", 2023, {**cells, "victims": "x"})
    returns = collected(table_of([bad, Row("372", 2023, cells)]), table_of([Row("370", 2022, cells)], file="b.csv"))
    (first, nho_quan), (second, tam_diep) = valid_returns(returns, PLAN)
    assert (first, second) == (0, 1)
    assert (nho_quan.unit.name, nho_quan.year, nho_quan.is_merged) == ("Huyện Nho Quan", 2023, False)
    assert nho_quan.values == {**dict.fromkeys(REQUIRED, 3), "schools": 1200}
    assert nho_quan.cells == {field: cell_address(2, FIELDS.index(field) + 1) for field in REQUIRED}
    assert (nho_quan.place.file, nho_quan.place.cell) == ("a.csv", "A3")
    assert (tam_diep.place.file, tam_diep.place.cell, tam_diep.year) == ("b.csv", "A2", 2022)


@given(st.lists(st.tuples(st.sampled_from(DISTRICTS), st.integers(2021, 2025), COUNTS), max_size=8))
def test_valid_returns_say_what_the_frame_says(given: list[tuple[str, int, dict[str, Cell]]]) -> None:
    rows = [Row(unit, year, {**dict.fromkeys(REQUIRED, 0), **cells}) for unit, year, cells in given]
    returns = collected(table_of(rows))
    found = [one for _, one in valid_returns(returns, PLAN)]
    frame = returns.valid
    assert [(one.unit.code, one.year) for one in found] == list(zip(frame["unit"], frame["year"], strict=True))
    given_counts = [{f: n for f, n in row.items() if n is not None} for row in counts_in(frame)]
    assert [one.values for one in found] == given_counts
    for row, one in zip(frame["row"], found, strict=True):
        assert {text_of(rows[row].cells[field]) for field in one.values} == set(map(str, one.values.values()))
