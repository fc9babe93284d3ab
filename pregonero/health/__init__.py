"""Worker heartbeats, system incidents, and the checks of `pregonero doctor` and the status page."""
