"""What the company's systems export: raw tables, before anything gets dirty.

Every system knows its own customer numbers only, names its own columns, and has its own
idea of dates and numbers: the card system and the surveys write German CSV, the shop
Parquet in UTC, the call centre CSV in cp1252.
"""
