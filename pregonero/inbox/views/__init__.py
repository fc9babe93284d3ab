"""Pages of conversations and petitions."""
