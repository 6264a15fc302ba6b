"""The map of a page, its legend, styles and papers."""
