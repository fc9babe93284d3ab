"""The Spanish labels of topics."""

from datetime import timedelta

from django import template

from pregonero.monitoring.models import Topic
from pregonero.newsroom.reading import waits

register = template.Library()
register.filter("wait_label", lambda wait: waits.wait_label(max(wait, timedelta(seconds=1))))


@register.filter
def size_label(topic: Topic) -> str:
    """Return how many entries a topic has and from how many sources: "5 notas de 3 fuentes."."""
    entries, sources = topic.entry_count, topic.source_count
    return f"{entries} nota{'s' * (entries != 1)} de {sources} fuente{'s' * (sources != 1)}."
