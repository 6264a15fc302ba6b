"""The records of the tables, a file a subject."""
