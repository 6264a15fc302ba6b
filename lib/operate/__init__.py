"""Running it: prepare, backup, restore, integrity, status."""
