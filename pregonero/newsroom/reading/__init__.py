"""Reading the outside: pages, feeds, listings, pictures and videos. Pure: no database, nothing of ours is
changed.

Everything read here was written by others: it is bounded in size and time, and nothing of it is trusted.
"""
