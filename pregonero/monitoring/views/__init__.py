"""Pages of topics, of the watch list, and of what is decided."""
