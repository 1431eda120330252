"""The central bank's tables, one numbered file for each change of them."""
