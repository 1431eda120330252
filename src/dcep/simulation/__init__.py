"""The whole system in one process: virtual time, seeds and faults; the demo and the replay of payment files."""
