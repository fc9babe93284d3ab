"""The web with its clock stopped at ten past ten of the invented day: its pages look alike whenever they are seen."""

from datetime import datetime, timedelta
from datetime import timezone as zones

from django.utils import timezone

BOGOTA = zones(timedelta(hours=-5))
SHOWN_AT = datetime(2026, 11, 24, 10, 12, tzinfo=BOGOTA)


def freeze_clock(at: datetime = SHOWN_AT) -> None:
    """Make this process live at that moment."""
    timezone.now = lambda: at
