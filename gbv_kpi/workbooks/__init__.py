"""Workbooks that are written: the blank return an office fills in, and the marked copy it gets back.

request     what a blank return is to hold, and for whom
dress       fonts, fills, paper, and text that never acts as a formula
answers     the cells an office may fill in, and what it may write there
frame       what stands around the answers: title block, signatures
table       the blank return with a row for each unit
form        the blank return of one unit, items down
guide       the sheet that says what each field counts
blank       all of it as one workbook
summary     a sheet that lists problems
annotated   the sender's workbook with its faulty cells marked
"""
