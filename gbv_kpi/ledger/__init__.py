"""The ledger: every return received, what it replaced, and where each of its figures stands. Only added to.

entry        what the ledger holds of one return, as a value
faults       what a database says → one line in the officer's words
tables       the tables, and the version of their layout
store        where the ledger is; opened for reading or for writing, one writer at a time
record       all of a file, or nothing of it
read         what the ledger holds, now or on a past day → entries
held         entries → returns as read from files
units        the plan's units by the ledger's keys
recast       returns of any year as returns of the units of one year
unusual      a count far from last year's, and from what the other units make likely
lines        the whole ledger as JSON Lines, out and in again
"""
