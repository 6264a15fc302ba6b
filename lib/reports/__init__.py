"""Papers a meeting leaves with: atlas, annex, brief, picture, single-file page."""
