"""What institutions report to each other; a ledger sees none of it."""
