"""Bringing the office's own files in: read, check, ask, publish."""
