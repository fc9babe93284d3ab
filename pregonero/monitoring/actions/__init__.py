"""What people and jobs do in topical matters."""
