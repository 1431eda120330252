"""What a command says: one frozen record per command, one file per chapter of the law.

The fields, their order and their types are the canonical bytes; vectors/commands.tsv declares them once for all.
"""
