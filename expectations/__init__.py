"""What each canonical table must satisfy beyond its declaration: one file, one suite, one table.

A row that breaks a rule marked `quarantine` leaves the table, `warn` only counts it, and
a broken rule marked `stop` ends the run.
"""
