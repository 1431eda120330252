"""How a currency on one machine begins: what is done once its central bank answers."""
