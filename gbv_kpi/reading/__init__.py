"""Read returns from sheets: locate every figure, its unit and year, and report what is ambiguous instead of guessing.

`locate` finds the tables of a sheet: `header`, `body` and `units_down` read those with a row for each return, `form`,
`items` and `items_down` those with a column for each. `meanings` explains their headings by `vocabulary.txt`;
`titles`, `title_block` and `remarks` explain the words around them; `identify`, `units` and `years` find unit and year.
"""
