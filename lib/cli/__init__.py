"""The command line: what the pages do, without a browser."""
