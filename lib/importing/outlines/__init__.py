"""Outlines and borders of a file: names, kinds, faults, questions, draft."""
