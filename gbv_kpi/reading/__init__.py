"""From files to cells: what stands on a sheet, before any of it is believed.

sources      paths → bytes
text         bytes of a CSV → sheet            workbook    bytes of a workbook → sheets
legacy       the same for .xls                 web, page   the same for web pages under its name
encodings    which encodings a text may be in
archive      is a workbook's zip safe to open, and which of its cells need a closer look
extent       how far its cells reach           hidden      which rows and columns it hides
footnotes    numbers of footnotes, which are no figures
opendocument what is peculiar in the cells of an .ods
column       rows as columns, in blocks
labels       headings in any spelling → one key
frame        the words around the figures of every table
vocabulary   which field, unit or year a key means
units        a unit's name in any spelling → the unit of that year
identity     whose return a line is               years       and of which year
identities   the same as values
notation     a cell → a whole number, or what is wrong with it
table        where the returns stand on a sheet: units down
body         which rows below its header are returns
form         the same for sheets with items down
pages        one layout below the other
"""
