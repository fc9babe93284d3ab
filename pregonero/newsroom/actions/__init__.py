"""What people and jobs do with sources and news (procedure, 5.1)."""

from pregonero.newsroom.actions.ingest import NoticeResult, ReadingResult, receive_notice, save_reading
from pregonero.newsroom.actions.news import dismiss_news, inform_link, inform_news, save_page, save_page_problem
from pregonero.newsroom.actions.sources import (
    register_source,
    retire_source,
    revoke_rule,
    save_source_problem,
    sign_rule,
)
from pregonero.newsroom.actions.undo import undo_dismissal

__all__ = [
    "NoticeResult",
    "ReadingResult",
    "dismiss_news",
    "inform_link",
    "inform_news",
    "receive_notice",
    "register_source",
    "retire_source",
    "revoke_rule",
    "save_page",
    "save_page_problem",
    "save_reading",
    "save_source_problem",
    "sign_rule",
    "undo_dismissal",
]
