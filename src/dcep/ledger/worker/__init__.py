"""The worker of one ledger: intake, append, apply, sign, answer. Replaceable: it knows no rule and keeps no truth."""
