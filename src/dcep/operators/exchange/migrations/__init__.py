"""How the tables of the simulated core system came to be."""
