"""Jobs of publishing: reading a publication's link, and converting a video."""

from typing import Any

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from pregonero.publishing import media_versions, queries
from pregonero.publishing.link_check import refresh_link


@app.task(name="publishing.check_link", queue="preparing")
def check_link(*, publication_id: int, **_later: Any) -> None:
    """Open the link of a publication and keep what it answered."""
    refresh_link(queries.publication_to_check(pk=publication_id), now=timezone.now())


@app.task(name="publishing.run_conversion", queue="conversion", retry=RetryStrategy(max_attempts=3, exponential_wait=5))
def run_conversion(*, conversion_id: int, **_later: Any) -> None:
    """Convert a video as a person requested."""
    media_versions.run_conversion(conversion_id=conversion_id)
