"""Tables: records of columns, schemas, words, facts, merging, exports, colours."""
