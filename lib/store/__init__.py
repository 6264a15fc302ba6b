"""Snapshots of all tables, their log and history."""
