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
        exceeds = (frame[field.id] > frame[whole.id]).fillna(False).to_numpy(dtype=bool)
        if not exceeds.any():
            continue
        messages = [
            phrase(
                "{part}: {part_count}, but {whole}: only {whole_count}.",
                part=field.label,
                part_count=part_count,
                whole=whole.label,
                whole_count=whole_count,
            )
            for part_count, whole_count in zip(
                frame.loc[exceeds, field.id].tolist(), frame.loc[exceeds, whole.id].tolist(), strict=True
            )
        ]
        yield CellProblems("part-exceeds-total", field.id, np.flatnonzero(exceeds), messages)


def forms_cover_cases(frame: pd.DataFrame, plan: Plan) -> Iterator[CellProblems]:
    """Report forms of help that add up to fewer than the cases helped: each case got at least one form."""
    for helped in dict.fromkeys(field.form_of for field in plan.fields if field.form_of):
        forms = frame[[field.id for field in plan.fields if field.form_of == helped]]
        is_given = forms.notna().any(axis=1) & frame[helped].notna()
        if not is_given.any():
            continue
        sums = forms[is_given].sum(axis=1)
        short = sums[(sums < frame.loc[is_given, helped]).to_numpy(dtype=bool)]
        if len(short):
            messages = [
                phrase(
                    "The forms of help add up to {forms}, fewer than the {cases} cases helped.",
                    forms=forms_count,
                    cases=cases,
                )
                for forms_count, cases in zip(short.tolist(), frame.loc[short.index, helped].tolist(), strict=True)
            ]
            yield CellProblems("help-forms-below-total", helped, short.index.to_numpy(), messages)


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
