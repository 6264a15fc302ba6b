"""Forms to fill in, as workbooks and CSV."""
