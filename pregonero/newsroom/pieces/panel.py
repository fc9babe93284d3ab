"""What the pages of news and needs show of their pieces."""

from datetime import datetime
from typing import Any

from pregonero.newsroom.models import News
from pregonero.newsroom.need_models import Need
from pregonero.newsroom.pieces.queries import pieces_completing, rows_of
from pregonero.people.models import Member
from pregonero.people.rules import may


def piece_panel(source: News | Need, member: Member, *, now: datetime) -> dict[str, Any]:
    """Return the context of the template "newsroom/piece_panel.html"."""
    return {"piece_rows": rows_of(pieces_completing(source)), "may_make_piece": may(member, "piece.make", now=now)}
