"""DC/EP: central bank money that the public holds, as a two-tier ledger over a signed log."""
