"""The fixed time of the sample day, so that its pages look the same whenever the tests run."""

from datetime import datetime, timedelta
from datetime import timezone as zones

from django.utils import timezone

BOGOTA = zones(timedelta(hours=-5))
SAMPLE_TIME = datetime(2026, 11, 24, 10, 12, tzinfo=BOGOTA)


def freeze_clock(at: datetime = SAMPLE_TIME) -> None:
    """Make `timezone.now()` return that time in this process."""
    timezone.now = lambda: at
