"""The page on power: thresholds, list, log, card."""
