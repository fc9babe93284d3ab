"""Sealed records: events, the hash chain of their batches, and its verification. Imports no other app but health."""
