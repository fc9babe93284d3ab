"""What reports writes: the exports that people ask for, and the samples of the auditor."""
