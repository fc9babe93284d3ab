"""The calendar in another calendar application, through a personal address that can be revoked (P-2)."""
