"""The manual of visual identity: its server, the mirror of its files, and the templates with their validity (D-3)."""
