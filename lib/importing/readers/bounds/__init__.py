"""What a file asks for, added up before a reader gives it."""
