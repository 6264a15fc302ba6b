"""Sheets of the office read into typed tables."""
