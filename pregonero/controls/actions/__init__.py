"""What people and jobs do with the controls of the accounts."""
