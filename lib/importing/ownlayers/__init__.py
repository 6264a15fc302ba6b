"""Any table of an office as a layer: its columns, the place of each row, the draft."""
