"""Signed payments over REST: `python -m benchmarks.rest` starts the ledgers' processes, and `load` in another."""
