"""From sheets to returns: whose figures stand where, and which are in doubt. Nothing is chosen, nothing is guessed.

locate finds the tables of a sheet: `header`, `body` and `units_down` read those with a row for each return, `form`,
`items` and `items_down` those with a column for each. `meanings` explains their headings by `vocabulary.txt`;
`titles`, `title_block` and `remarks` explain the words around them; `identify`, `units` and `years` say whose they are.
"""
