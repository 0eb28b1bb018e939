"""The append-only ledger: every return received, what it replaced, and where each figure came from.

entries    the values the ledger holds
database   open the ledger on SQLite or PostgreSQL, and explain database errors
query      read what the ledger holds, now or at a past moment
submit     check files and record them, each whole or not at all
mergers    sum the returns of merged units
outliers   find counts far from last year's
jsonl      export and import the ledger as JSON Lines
status     list who has reported a year
trend      follow every indicator over the years
trace      follow a rate back to the cells it was read from
"""
