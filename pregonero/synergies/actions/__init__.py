"""What people do with synergies."""
