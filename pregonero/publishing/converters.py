"""A day in an address: 2026-11-24."""

from datetime import date


class DayConverter:
    """Turns an ISO day into a date and back; anything else is not found."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        """Return the day; ValueError makes Django answer "not found". The first and the last have no neighbour."""
        day = date.fromisoformat(value)
        if day in (date.min, date.max):
            raise ValueError(value)
        return day

    def to_url(self, value: date) -> str:
        """Return the day as the address says it."""
        return value.isoformat()
