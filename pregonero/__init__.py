"""Pregonero: a public entity's procedure for publishing on its social networks, as a system."""
