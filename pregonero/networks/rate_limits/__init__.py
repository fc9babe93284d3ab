"""What an account and the entity's application may still do on a network: calls, quotas and money (rules 6 and 10)."""
