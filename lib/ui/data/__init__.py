"""The page on data: import in three steps, history, downloads."""
