"""The report of a pilot: a page that needs no other file, and the same as PDF, with charts of boards and attempts.

What it says is computed from the signed boards and from what the wallets wrote down; nothing is asked of anybody.
Charts are drawn by matplotlib, which only this room needs: it is an extra, so that a ledger or a bank is installed
without it.
"""
