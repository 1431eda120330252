"""The statute in plain Python: pure, complete, and the judge of its Rust twin. Read apply, then admissibility, then a chapter."""
