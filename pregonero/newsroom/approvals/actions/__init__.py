"""What people do about the approval of pieces: decide, send, and invite a guest (P-4, P-5)."""
