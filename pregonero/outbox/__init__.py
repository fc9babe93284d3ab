"""Every operation at a network, done once: schedule, prepare, claim, send, reconcile. Knows no app above it."""
