"""Keep the append-only ledger: every return received, what it replaced, and where each figure came from.

records    the models and tables           database   open it on SQLite or PostgreSQL
query      read entries, now or as of,     submit     check and record files
           and the journal                 outliers   warn of counts far from last year's
entries    from returns, and to them       backup     export, import, verify
status     who has reported a year         year       withdraw, note, sign, compare, trace
"""
