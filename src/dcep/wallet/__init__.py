"""The holder's side: keys, payments, receipts verified by itself."""
