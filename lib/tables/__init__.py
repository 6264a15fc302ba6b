"""What a table is: schemas, words, facts, merging, exports."""
