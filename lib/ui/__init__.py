"""Pages: state in the address, frame, sidebar, tables."""
