"""The blank return that an office fills in.

request     what the return asks for, and from whom
answers     unlock the cells to fill in, and check what is typed there
frame       write the title block and the signatures
table, form, guide   write each kind of sheet
workbook    put the sheets together
"""
