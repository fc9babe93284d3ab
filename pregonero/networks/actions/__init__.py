"""What is done with the entity's accounts: their register (M-3), their credentials, and their tokens."""
