"""The names of every address, read from the URLconf."""

from django.urls import URLPattern, URLResolver, get_resolver


def names(patterns: list[URLPattern | URLResolver] | None = None, before: str = "") -> set[str]:
    """Return the name of every address of the product."""
    found: set[str] = set()
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            space = f"{pattern.namespace}:" if pattern.namespace else ""
            found |= names(pattern.url_patterns, before + space)
        else:
            found.add(f"{before}{pattern.name}")
    return found
