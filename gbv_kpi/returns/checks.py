"""Check the counts of returns against each other. Each check is a plain function in a plain list.

A check sees only cells that could be read, so a bad cell is reported once.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd

from gbv_kpi.i18n import phrase
from gbv_kpi.plan import Plan
from gbv_kpi.problems import Problem
from gbv_kpi.reading.numbers import read_figure
from gbv_kpi.reading.tables import Table
from gbv_kpi.returns.parse import CellProblems
from gbv_kpi.sheets.sheet import text_of


def parts_within_wholes(frame: pd.DataFrame, plan: Plan) -> Iterator[CellProblems]:
    """Report a part counted larger than its whole: a mistake in the return, never capped."""
    for field in plan.fields:
        if field.part_of is None:
            continue
        whole = plan.field_by_id[field.part_of]
        exceeds = frame.loc[(frame[field.id] > frame[whole.id]).fillna(False), [field.id, whole.id]]
        messages = [
            phrase(
                "{part}: {part_count}, but {whole}: only {whole_count}.",
                part=field.label,
                part_count=part,
                whole=whole.label,
                whole_count=count,
            )
            for part, count in zip(*(exceeds[name].tolist() for name in exceeds), strict=True)
        ]
        if messages:
            yield CellProblems("part-exceeds-total", field.id, exceeds.index.to_numpy(), messages)


def forms_cover_cases(frame: pd.DataFrame, plan: Plan) -> Iterator[CellProblems]:
    """Report forms of help that add up to fewer than the cases helped: each case got at least one form."""
    for helped in dict.fromkeys(field.form_of for field in plan.fields if field.form_of):
        forms = frame[[field.id for field in plan.fields if field.form_of == helped]]
        is_given = forms.notna().any(axis=1) & frame[helped].notna()
        if not is_given.any():
            continue
        sums, cases = forms[is_given].sum(axis=1), frame.loc[is_given, helped]
        short = (sums < cases).to_numpy(dtype=bool)
        messages = [
            phrase("The forms of help add up to {forms}, fewer than the {cases} cases helped.", forms=total, cases=most)
            for total, most in zip(sums[short].tolist(), cases[short].tolist(), strict=True)
        ]
        if messages:
            yield CellProblems("help-forms-below-total", helped, cases.index[short].to_numpy(), messages)


CHECKS: Sequence[Callable[[pd.DataFrame, Plan], Iterator[CellProblems]]] = (parts_within_wholes, forms_cover_cases)


def totals_match(table: Table, frame: pd.DataFrame, plan: Plan) -> Iterator[Problem]:
    """Compare each printed total of a table with the sum of its rows.

    `frame` has the returns of this table only. A total may sum up all of them or a group, see `Total`. A field with
    an unreadable cell is skipped, and the row of an unknown unit may or may not be included in the total.
    """
    is_known = frame["unit"].notna().to_numpy()
    for field in plan.fields if table.totals and len(frame) else ():
        counts = frame[field.id]
        if field.id not in table.cells or (counts.isna() & frame["is_expected"] & frame["is_reported"]).any():
            continue
        values = counts.fillna(0).to_numpy(dtype=np.int64)
        for total in table.totals:
            if field.id not in total.cells:
                continue
            cell, row, column = total.cells[field.id]
            figure = read_figure(cell)
            sums = ((int(values[group][is_known[group]].sum()), int(values[group].sum())) for group in total.groups)
            if figure.value is None or any(least <= figure.value <= most for least, most in sums):
                continue
            message = phrase(
                "{field}: the total says {total}, the rows add up to {sum}.",
                field=field.label,
                total=figure.value,
                sum=int(values.sum()),
            )
            yield Problem("total-mismatch", table.place(row, column), message, field=field.id, value=text_of(cell))
