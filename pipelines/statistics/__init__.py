"""Pure functions of statistics that steps share."""
