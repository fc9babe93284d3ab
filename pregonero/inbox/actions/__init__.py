"""What is done with conversations: they arrive, are sorted, answered, sent to PQRSD and closed."""
