"""How an operator's tables came to be, one numbered file a step."""
