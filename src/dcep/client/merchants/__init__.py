"""What a wallet has to do with merchants: the codes that they show, and the messages that tell them of payments."""
