"""Which topics rise, by a rule that the page shows (T-2, anchors (d)).

A topic rises when the last hour has several times the entries of an ordinary hour of the last 12, or the last day
several times those of an ordinary day of the last 14; and more than the same hour of yesterday and of a week ago. One
source alone does not make a topic rise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
HOURS_BEFORE, DAYS_BEFORE = 12, 14
LEAST_IN_HOUR, LEAST_IN_DAY, LEAST_SOURCES = 3, 6, 2
TIMES = 2.0
RULE = (
    "Crece lo que en la última hora tiene 3 notas o más y al menos el doble de una hora corriente de las 12 "
    "anteriores, o en el último día 6 o más y el doble de un día corriente de los 14 anteriores; siempre de 2 fuentes "
    "o más, y por encima de la misma hora de ayer y de hace una semana."
)


@dataclass(frozen=True)
class Rise:
    """Whether a topic rises, and the figures that say so, in Spanish."""

    is_rising: bool
    why: str = ""


def rise_of(moments: Sequence[tuple[datetime, int]], *, now: datetime) -> Rise:
    """Return whether a topic rises, from the moment and the source of each of its entries."""
    hour = _within(moments, now - HOUR, now)
    usual_hour = len(_within(moments, now - HOUR * (HOURS_BEFORE + 1), now - HOUR)) / HOURS_BEFORE
    same_hour = max(len(_within(moments, now - HOUR - ago, now - ago)) for ago in (DAY, WEEK))
    if _passes(hour, LEAST_IN_HOUR, usual_hour) and len(hour) > same_hour:
        return Rise(True, f"{len(hour)} notas en la última hora; lo corriente era {_figure(usual_hour)}.")
    day = _within(moments, now - DAY, now)
    usual_day = len(_within(moments, now - DAY * (DAYS_BEFORE + 1), now - DAY)) / DAYS_BEFORE
    week_ago = len(_within(moments, now - DAY - WEEK, now - WEEK))
    if _passes(day, LEAST_IN_DAY, usual_day) and len(day) > week_ago:
        return Rise(True, f"{len(day)} notas en el último día; lo corriente era {_figure(usual_day)}.")
    return Rise(False)


def _passes(moments: Sequence[tuple[datetime, int]], least: int, usual: float) -> bool:
    sources = {source for _, source in moments}
    return len(moments) >= least and len(sources) >= LEAST_SOURCES and len(moments) >= TIMES * usual


def _within(moments: Sequence[tuple[datetime, int]], start: datetime, end: datetime) -> list[tuple[datetime, int]]:
    return [moment for moment in moments if start < moment[0] <= end]


def _figure(number: float) -> str:
    return f"{number:.1f}".replace(".", ",").removesuffix(",0")
