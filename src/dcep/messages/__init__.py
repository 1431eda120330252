"""What parties say to each other: frozen records and their canonical bytes."""
