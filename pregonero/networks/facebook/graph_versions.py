"""Until when Meta's Graph answers each version, as data: the one in use is configuration, and its end is watched."""

from datetime import date

READ_ON = date(2026, 11, 24)
SOURCE = "https://developers.facebook.com/docs/graph-api/changelog/versions"
ENDS = {
    "v21.0": date(2027, 1, 31),
    "v26.0": date(2028, 7, 31),  # of July 2026: each version answers for two years at least
}
