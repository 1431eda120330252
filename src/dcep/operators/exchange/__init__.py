"""Exchange and redeem: the legs between a deposit at the bank and a wallet on the ledger."""
