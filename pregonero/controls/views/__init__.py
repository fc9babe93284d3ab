"""Pages of the controls of the accounts."""
