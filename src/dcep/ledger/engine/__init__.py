"""The statute in plain Python: pure and complete. Read apply, then admissibility, then a chapter."""
