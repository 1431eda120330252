"""The issuing vault 发行库: the central bank that issues, allocates, withdraws, and sets the rules."""
