"""Statements: what one source says of one value on one date, and the rule that chooses."""
