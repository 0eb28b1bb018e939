"""Valid returns one by one, each as its file has it: how its unit is named, and the cell of every count."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gbv_kpi.counts import BLANK
from gbv_kpi.problems import Place
from gbv_kpi.reading.units import NamedUnit
from gbv_kpi.returns.batch import Batch


@dataclass(frozen=True, slots=True)
class Return:
    """One valid return: `unit` holds the unit of the year, and the predecessor it may be named after."""

    unit: NamedUnit
    year: int
    place: Place  # of the unit's name, or of what stands for it
    values: Mapping[str, int]  # by field; one left blank is not there
    cells: Mapping[str, str]  # the address of each of these values


def received_returns(batch: Batch, valid: NDArray[np.bool_]) -> Iterator[Return]:
    """The returns of a layout's lines that are valid."""
    layout, where = batch.layout, np.flatnonzero(valid)
    columns = {field: counts.at(where).tolist() for field, counts in batch.counts.items()}
    of_lines = zip(batch.identities(where), batch.lines.at(where).tolist(), strict=True)
    for number, (identity, line) in enumerate(of_lines):
        if identity.unit is None or identity.year is None:
            continue
        values = {field: counts[number] for field, counts in columns.items() if counts[number] != BLANK}
        yield Return(
            identity.unit,
            identity.year,
            identity.place,
            values,
            {field: layout.where(batch.file, line, layout.place_by_field[field]).cell or "" for field in values},
        )
