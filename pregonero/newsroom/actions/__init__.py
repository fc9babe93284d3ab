"""What is done with sources and news (5.1)."""

from pregonero.newsroom.actions.informing import dismiss_news, inform_link, inform_news
from pregonero.newsroom.actions.ingest import Answer, Kept, keep_problem, keep_reading, receive_webhook
from pregonero.newsroom.actions.pages import keep_page, keep_page_problem
from pregonero.newsroom.actions.sources import register_source, retire_source, revoke_rule, sign_rule

__all__ = [
    "Answer",
    "Kept",
    "dismiss_news",
    "inform_link",
    "inform_news",
    "keep_page",
    "keep_page_problem",
    "keep_problem",
    "keep_reading",
    "receive_webhook",
    "register_source",
    "retire_source",
    "revoke_rule",
    "sign_rule",
]
