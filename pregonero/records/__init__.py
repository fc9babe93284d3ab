"""What happened, sealed: events, the chain of their batches, and how to check it. Knows no other app."""
