"""What published tables must satisfy beyond what they declare: one file per table, if at all."""
