"""Whose return a sheet is, by what its title block says."""

from collections.abc import Iterator, Sequence

from gbv_kpi.problems import Place
from gbv_kpi.reading.identities import Said
from gbv_kpi.reading.titles import is_place_and_date, reporting_unit_in
from gbv_kpi.reading.units import NamedUnit, UnitNames


def units_in(title: Sequence[Said], names: UnitNames) -> Iterator[tuple[NamedUnit, Place]]:
    """Units named after "Đơn vị báo cáo:", else alone in a cell, else within a sentence."""
    lines = [(said, label) for said, label in _labelled(title) if not is_place_and_date(said.text)]
    labelled = [(unit, label.place) for _, label in lines if label.text and (unit := names.find(label.text))]
    if labelled:
        yield from labelled
        return
    texts = [said for said, _ in lines]
    alone = [(unit, said.place) for said in texts if not said.text.isdecimal() and (unit := names.find(said.text))]
    yield from alone or ((unit, said.place) for said in texts for unit in names.named_in(said.text))


def _labelled(title: Sequence[Said]) -> Iterator[tuple[Said, Said]]:
    """What the title block says, each with what follows "Đơn vị báo cáo:" there or in the next cell, if anything."""
    for said, beside in zip(title, [*title[1:], None], strict=False):
        text = reporting_unit_in(said.text)
        if text == "" and beside and beside.place.row == said.place.row:
            yield said, beside
        else:
            yield said, Said(text or "", said.place)
