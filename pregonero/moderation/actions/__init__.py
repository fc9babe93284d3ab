"""What people and jobs do in moderation."""
