"""Pages of synergies."""
