"""The merits, one noun a file: all checks in the order of the refusals, then the writes, which must succeed."""
