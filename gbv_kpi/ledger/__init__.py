"""Keep the append-only ledger: every return received, what it replaced, and where each figure came from.

records    the models and tables           database   open it on SQLite or PostgreSQL
query      read entries, now or as of      journal    notes, withdrawals, signatures, publications
submit     check and record files          outliers   warn of counts far from last year's
jsonl      export and import               check      verify every record against its hash
status     who has reported a year         trend      indicators over the years, mergers summed
year       withdraw, note, sign, compare   trace      from a rate to the cells it was read from
"""
