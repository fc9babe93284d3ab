"""The path converters of a day, 2026-11-24, and of a publication's number, 2026-1124-01."""

from datetime import date


class DayConverter:
    """Converts an ISO date in a URL to a `date` and back."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        """Return the date. Raises ValueError (404) if it is invalid, or if it has no previous or next day."""
        day = date.fromisoformat(value)
        if day in (date.min, date.max):
            raise ValueError(value)
        return day

    def to_url(self, value: date) -> str:
        """Return the date in ISO format."""
        return value.isoformat()


class NumberConverter:
    """Matches the number of a publication in a URL, with or without «PUB-»."""

    regex = r"(?:[Pp][Uu][Bb]-)?\d{4}-\d{4}-\d{2,6}"

    def to_python(self, value: str) -> str:
        """Return it as it was written."""
        return value

    def to_url(self, value: str) -> str:
        """Return it as it is."""
        return value
