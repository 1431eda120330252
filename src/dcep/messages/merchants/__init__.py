"""What a merchant shows to be paid, and how it hears that it was."""
