"""Read returns from sheets: locate every figure, its unit and year, and report what is ambiguous instead of guessing.

`locate` finds the tables of a sheet: `grid`, `columns`, `body` and `units_down` read those with a row for each return,
`form`, `items` and `items_down` those with a column for each. `meanings` explains the headings by `vocabulary.txt`,
`titles`, `title_block` and `remarks` the words around them; `identify` and `units` find unit and year. `privacy` finds
columns about persons, `numbers` reads one figure; `labels` and `normalize` serve them all, `tables` has the results.
"""
