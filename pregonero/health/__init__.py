"""Heartbeats of the workers, system incidents, and the checks of `pregonero doctor` and the status page."""
