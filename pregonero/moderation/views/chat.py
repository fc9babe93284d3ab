"""The chats of live broadcasts, read beside their video, and what a person does there by hand (YT-5)."""

from csp.decorators import csp_update
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pregonero.moderation import chat_queries, comment_queue, queries
from pregonero.moderation.actions.chat import confirm_by_hand
from pregonero.networks.registry import chat_of
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may


@require_GET
def chats(request: MemberRequest) -> HttpResponse:
    """List the chats of the latest broadcasts."""
    now = timezone.now()
    check_may(request.member, "moderation.see", now=now)
    context = {"chats": chat_queries.chats_of(request.member.entity, now=now), "now": now}
    return render(request, "moderation/chats.html", context)


@require_GET
def chat(request: MemberRequest, video: str) -> HttpResponseBase:
    """Show a chat beside the links to its video and to the network's own page, the newest message first."""
    now = timezone.now()
    check_may(request.member, "moderation.see", now=now)
    found = chat_queries.get_chat(request.member, video=video, now=now)
    listed, offered = chat_queries.messages_of(found), chat_of(found.account.network)
    context = {
        "chat": found,
        "rows": [comment_queue.row_of(message) for message in listed],
        "video_address": listed[0].url if listed else found.address,
        "steps": offered.steps(found.video) if offered else None,
        "player": offered.player(found.video) if offered else "",
        "read_at": chat_queries.read_at(found),
        "now": now,
    }

    @csp_update({"frame-src": [offered.player_site]} if offered else {})
    def page(request: HttpRequest) -> HttpResponse:
        return render(request, "moderation/chat.html", context)

    return page(request)


@require_POST
def by_hand(request: MemberRequest, pk: int) -> HttpResponse:
    """Store what a person found at the network about a message that only a person can hide there."""
    message, now = queries.get_message(member=request.member, pk=pk), timezone.now()
    check_may(request.member, "moderation.decide", now=now)
    was_hidden = request.POST.get("hecho") == "si"
    confirm_by_hand(message=message, was_hidden=was_hidden, by=request.member, now=now)
    messages.success(request, "Guardado: quedó oculto en la red." if was_hidden else "Guardado: sigue a la vista.")
    return redirect("moderation:chat", message.conversation.post_id)
