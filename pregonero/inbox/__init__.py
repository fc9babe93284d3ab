"""The inbox: everything that people write to the accounts, and its answers (procedure 5.3)."""
