"""The port to the networks, one folder per network, and the register of accounts."""
