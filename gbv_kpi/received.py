"""Valid returns one by one, each as its file has it: how its unit is named, and the cell of every count."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gbv_kpi.problems import Place
from gbv_kpi.reading.sheet import cell_address
from gbv_kpi.reading.units import NamedUnit
from gbv_kpi.records import Records

__all__ = ["Return", "received_returns"]


@dataclass(frozen=True, slots=True)
class Return:
    """One valid return: `unit` holds the unit of the year, and the predecessor it may be named after."""

    unit: NamedUnit
    year: int
    place: Place  # of the unit's name, or of what stands for it
    values: Mapping[str, int]  # by field; one left blank is not there
    cells: Mapping[str, str]  # the address of each of these values


def received_returns(records: Records, valid: Sequence[bool]) -> Iterator[Return]:
    """The returns of a layout's lines that are valid."""
    layout = records.layout
    places = {field: place for field, place in layout.place_by_field.items() if field in records.counts}
    columns = {field: records.counts[field].astype(object).tolist() for field in places}
    blanks = {field: records.counts[field].isna().tolist() for field in places}
    for index, (line, identity) in enumerate(zip(layout.lines, records.identities, strict=True)):
        if not valid[index] or identity.unit is None or identity.year is None:
            continue
        given = {field: place for field, place in places.items() if not blanks[field][index]}
        yield Return(
            identity.unit,
            identity.year,
            identity.place,
            {field: int(columns[field][index]) for field in given},
            {
                field: cell_address(*((place, line) if layout.items_down else (line, place)))
                for field, place in given.items()
            },
        )
