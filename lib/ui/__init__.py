"""What the pages share: state in the URL, frame, cards, tables, legend."""
