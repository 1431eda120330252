"""Who is a customer, who that is, and the wallets that the registrar opens, classifies, freezes and closes."""
