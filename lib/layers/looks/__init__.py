"""How layers look: the record of a layer, symbols, classes of a number."""
