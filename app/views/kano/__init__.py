"""Kano and gaps: what must not fail, what delights, and where experience falls short."""
