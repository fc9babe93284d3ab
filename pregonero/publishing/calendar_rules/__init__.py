"""The rules of the calendar: what the team set, what they advise, and making room for a publication (P-2)."""
