"""The pages of the room "Noticias", and the address of the official website's notices."""

from pregonero.newsroom.views.news import (
    dismiss_news,
    inform_link,
    inform_news,
    news_list,
    news_page,
    preview_link,
    receive_news,
)
from pregonero.newsroom.views.sources import register_source, retire_source, revoke_rule, sign_rule, sources, try_source
from pregonero.newsroom.views.webhook import take_notice

__all__ = [
    "dismiss_news",
    "inform_link",
    "inform_news",
    "news_list",
    "news_page",
    "preview_link",
    "receive_news",
    "register_source",
    "retire_source",
    "revoke_rule",
    "sign_rule",
    "sources",
    "take_notice",
    "try_source",
]
