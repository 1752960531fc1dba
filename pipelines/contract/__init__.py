"""The contract: every table that steps exchange, and every step, declared once.

A declaration is a constant; what repeats it is derived from it. Nothing here reads, writes or
computes, and nothing here imports the rest of the project.
"""
