"""What a table is: records of columns, schemas, words, facts, merging, exports, colours."""
