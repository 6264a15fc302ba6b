"""The page of the office's own layers: bring a table, see it, add it up."""
