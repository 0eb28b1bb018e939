"""Choose the figure of each field: the only one that means the whole result of the year."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from gbv_kpi.problems import Problem
from gbv_kpi.reading.form import FigureColumn, Form
from gbv_kpi.reading.items import Item
from gbv_kpi.reading.labels import Kind, Meaning
from gbv_kpi.reading.normalize import label_words
from gbv_kpi.reading.reader import Reader
from gbv_kpi.reading.refusals import Seen, Spot, ambiguous, missing, not_read, not_whole, qualified, repeated
from gbv_kpi.sheets.sheet import Cell

Claim = tuple[str | None, int | None]  # unit and year as the headings name them


@dataclass(frozen=True, slots=True)
class Figure:
    """A cell of a field, and what its path says."""

    item: Item
    column: FigureColumn
    cell: Cell
    meaning: Meaning

    @property
    def row(self) -> int:
        return self.item.at.row

    @property
    def heading(self) -> str:
        label = " ".join(self.item.at.texts[-1].split())
        return f"{label} / {self.column.heading}" if self.column.path else label

    @property
    def section(self) -> tuple[int, int, str]:
        """Row, column and words of the outermost heading that the item is under."""
        rows = self.item.parents or (self.row,)
        return rows[0], self.item.at.column, self.item.path[0]

    @property
    def is_filled(self) -> bool:
        return self.cell != "" and (not isinstance(self.cell, str) or bool(self.cell.strip()))

    @property
    def key(self) -> Claim:
        return self.column.unit, next(iter(self.meaning.years), None)


def choose_figures(
    figures: Sequence[Figure], form: Form, spot: Spot, reader: Reader, told: list[Problem], unknown: Sequence[str]
) -> dict[str, Figure]:
    """Return the one figure of each field that means the whole result of the year, and tell of the others."""
    by_field: dict[str, list[Figure]] = defaultdict(list)
    for figure in figures:
        by_field[str(figure.meaning.field)].append(figure)
    headed = any(figure.column.path or figure.column.unit for figure in figures)
    if problem := _no_column(figures, spot):
        told.append(problem)
        return {}
    found: dict[str, Figure] = {}
    for field in reader.plan.fields:
        all_of_field = by_field.get(field.id, [])
        claims = [figure for figure in all_of_field if not figure.meaning.against]
        if headed:  # of a column without a heading beside others nobody says what it is
            claims = [figure for figure in claims if figure.column.path or figure.column.unit]
        filled = [figure for figure in claims if figure.is_filled]
        filled = _without_headings(filled)
        others = [figure for figure in all_of_field if figure.is_filled and figure not in claims]
        if len(filled) == 1:
            found[field.id] = filled[0]
        elif len(filled) > 1:
            told.append(_twice(filled, spot, reader))
        elif claims:
            found[field.id] = _slot(claims)
        elif len(others) == 1 and {kind for kind, _ in others[0].meaning.against} == {Kind.ESTIMATE}:
            found[field.id] = others[0]
            one, column = others[0], others[0].column
            in_heading = {text for _, text in one.meaning.against} & set(column.path)
            row, heading = (column.row, column.heading) if in_heading else (one.row, one.heading)
            told.append(qualified(spot, row, column.at, heading, Kind.ESTIMATE))
        elif field.optional:
            told += [not_read(spot, one.row, one.column.at, one.heading) for one in others]
        else:
            seen = [
                Seen(
                    figure.row,
                    figure.column.at,
                    ", ".join(dict.fromkeys(text for _, text in figure.meaning.against)) or figure.heading,
                    tuple(kind for kind, _ in figure.meaning.against),
                )
                for figure in all_of_field
            ]
            told.append(missing(spot, form.top, field, seen, unknown))
    return found


def _no_column(figures: Sequence[Figure], spot: Spot) -> Problem | None:
    """Return the problem of a form none of whose columns holds the whole result of the year."""
    if any(not figure.meaning.against for figure in figures):
        return None
    columns = {figure.column.at: figure.column for figure in figures}
    if not all(column.path for column in columns.values()):
        return None
    seen: list[Seen] = []
    for at, column in columns.items():
        headings = set(column.path)
        kinds = [
            kind
            for figure in figures
            if figure.column.at == at
            for kind, text in figure.meaning.against
            if text in headings
        ]
        if not kinds:
            return None
        seen.append(Seen(column.row, at, column.heading, tuple(dict.fromkeys(kinds))))
    if len(columns) == 1 and set(seen[0].kinds) == {Kind.ESTIMATE}:
        return None
    unexplained = [one for one in seen if Kind.UNEXPLAINED in one.kinds]
    if len(unexplained) > 1 and len(unexplained) == len(seen):
        return ambiguous(spot, None, [(one.row, one.column, one.heading) for one in seen])
    return not_whole(spot.at(seen[0].row, seen[0].column), seen)


def _without_headings(filled: list[Figure]) -> list[Figure]:
    """Leave out the figure of a heading whose own item below repeats it."""
    parents = {(row, figure.column.at): figure for figure in filled for row in figure.item.parents}
    return [
        figure
        for figure in filled
        if (below := parents.get((figure.row, figure.column.at))) is None or str(below.cell) != str(figure.cell)
    ]


def _twice(filled: Sequence[Figure], spot: Spot, reader: Reader) -> Problem:
    """Return the problem of several figures of one field."""
    of_field = reader.plan.field_by_id[str(filled[0].meaning.field)]
    same_column = len({figure.column.at for figure in filled}) == 1
    if same_column and len({tuple(map(label_words, figure.item.path)) for figure in filled}) == 1:
        second = filled[1].item.at
        return repeated(spot, of_field, second.row, second.column, second.texts[-1])
    return ambiguous(spot, of_field, [(figure.row, figure.column.at, figure.heading) for figure in filled])


def _slot(claims: Sequence[Figure]) -> Figure:
    """Return the blank cell where the figure of a field should be: that of an item, not of a heading."""
    headings = {row for figure in claims for row in figure.item.parents}
    return next((figure for figure in claims if figure.row not in headings), claims[0])
