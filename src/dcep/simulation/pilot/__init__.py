"""The pilot of Shenzhen and Suzhou 试点, played through the processes of a currency.

Who plays stands in `cast`, what happens in `script`; `players` do it through the client library, `run` leads from one
phase through the gate into the other. The office (`office`) reads the ledger's movements (`books`), makes a score-board
of them (`race`, `watch`), signs and publishes it; the red envelopes are drawn in `lottery`. Nothing here opens a file
of an institution but the papers of the office.
"""
