"""Pages of news and sources, and the address of the notices."""
