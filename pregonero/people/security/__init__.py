"""The second factor, recovery codes, devices and sessions of each person."""
