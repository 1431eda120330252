"""The reserve account: what is locked, the messages that lock it, and the stand-in that answers them."""
