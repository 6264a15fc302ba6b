"""The office's own layers: as a table for others, filtered, added up, in classes on the map."""
