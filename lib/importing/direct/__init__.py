"""Files given to a command by hand, read as an import reads them."""
