"""Where the time of a payment goes, and how it depends on the size of a batch and the number of accounts."""
