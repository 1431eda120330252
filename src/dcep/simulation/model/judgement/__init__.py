"""Who judges a run: every frame the moment it stands, by readings and books that no actor may ask."""
