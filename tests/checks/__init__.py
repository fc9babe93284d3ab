"""The house rules that a machine can see: `make check` runs them all and counts what fails."""
