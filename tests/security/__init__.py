"""What must never happen: hostile texts, files, addresses, faults of the machine."""
