"""The pages of the accounts: the register, and their connection."""
