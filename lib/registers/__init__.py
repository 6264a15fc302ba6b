"""Registers of the office: a sheet to a typed table, every cell read, every doubt told."""

from lib.registers.reader import Register, read_register
from lib.registers.tablecheck import MOST, validate

__all__ = ["MOST", "Register", "read_register", "validate"]
