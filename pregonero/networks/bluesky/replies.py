"""The post of a person that is answered, as a record of a reply must name it."""

from typing import Any

from pregonero.networks.base import parent_gone
from pregonero.networks.bluesky.client import Xrpc
from pregonero.networks.bluesky.network import CAPABILITIES


def answered_refs(api: Xrpc, uri: str) -> dict[str, Any]:
    """Return the addresses and digests of a post and of the first post of its thread.

    Raises `Permanent` with the code `PARENT_GONE` when the post is gone, or its author lets nobody like us reply.
    """
    posts = api.get("app.bsky.feed.getPosts", uris=uri)["posts"]
    if not posts or (posts[0].get("viewer") or {}).get("replyDisabled"):
        raise parent_gone(CAPABILITIES.label)
    parent = {"uri": posts[0]["uri"], "cid": posts[0]["cid"]}
    root = (posts[0]["record"].get("reply") or {}).get("root") or parent
    return {"root": {"uri": root["uri"], "cid": root["cid"]}, "parent": parent}
