"""The blank return that an office fills in.

request     what the return asks for, and from whom
parts       title, answers with what may be typed there, signatures
table       write the sheet with a row for each unit
workbook    write the forms and the guide, and put the sheets together
"""
