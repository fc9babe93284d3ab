"""Needs: what an area asks to be told to citizens, the decision, and the news that tell it (M-1)."""
