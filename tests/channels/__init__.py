"""Posts to other networks."""
