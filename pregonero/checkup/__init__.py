"""`pregonero doctor` and the status page: whether the installation is well, each finding with what to do about it."""

from pregonero.checkup.deliveries import rebuild_queue
from pregonero.checkup.findings import Finding
from pregonero.checkup.looking import examine

__all__ = ["Finding", "examine", "rebuild_queue"]
