"""How long the list of conversations and a thread take with few and with many: their p95 and their queries.

Each size has an entity of its own in one database, and the sizes are asked in turns, so that what else the machine
does weighs on all of them alike. Only the ratios between sizes mean something.
"""

from datetime import datetime, timedelta

from django.test import override_settings
from django.utils import timezone

from bench.page_times import Installation, Report, measure_pages, signed_in
from bench.setup import new_member
from pregonero.inbox.models import Contact, Conversation, Message
from pregonero.networks.actions.register import register_account
from pregonero.networks.models import Account
from pregonero.people.models import Member

SIZES = (100, 10_000, 200_000)
BATCH, OPEN, ANSWERED = 2_000, 4, 5


def measure(sizes: tuple[int, ...] = SIZES) -> Report:
    """Make the rows of each size, and measure every page in turns."""
    with override_settings(ALLOWED_HOSTS=["*"]):
        return measure_pages([_make(size) for size in sizes])


def _make(size: int) -> Installation:
    member = new_member(f"muchas-{size}")
    account, now = _account(member), timezone.now()
    contacts = Contact.objects.bulk_create(
        Contact(entity=member.entity, network="facebook", remote_id=f"p{n}", name=f"Persona {n}", first_seen_at=now)
        for n in range(500)
    )
    conversations = Conversation.objects.bulk_create(
        (_conversation(account, contacts[n % 500], n, now) for n in range(size)), batch_size=BATCH
    )
    short_thread, long_thread = conversations[1], conversations[11]
    Message.objects.bulk_create((_message(each, each.thread_id, now) for each in conversations), batch_size=BATCH)
    more = (_message(long_thread, f"m{n}", now - timedelta(seconds=n)) for n in range(size))
    Message.objects.bulk_create(more, batch_size=BATCH)
    # Each has a full page of rows at every size.
    paths = {
        "lista, sin responder": "/conversacion/",
        "lista, respondidas": "/conversacion/?estado=respondidas",
        "lista, comentarios": "/conversacion/?tipo=COMMENT",
        "hilo corto": f"/conversacion/{short_thread.pk}/",
        "hilo largo": f"/conversacion/{long_thread.pk}/",
    }
    return Installation(size, signed_in(member.user), paths)


def _conversation(account: Account, contact: Contact, number: int, now: datetime) -> Conversation:
    """Return one of many: of ten, four are open, five answered and one closed; half are basic questions."""
    at = now - timedelta(seconds=number)
    return Conversation(
        entity_id=account.entity_id,
        account=account,
        kind="MENTION" if number % 7 == 0 else "COMMENT",
        thread_id=f"c{number}",
        post_id="post",
        contact=contact,
        state="OPEN" if number % 10 < OPEN else "ANSWERED" if number % 10 < OPEN + ANSWERED else "CLOSED",
        question="BASIC" if number % 2 == 0 else "NONE",
        question_why="Trae una pregunta.",
        waiting_since=at,
        last_at=at,
    )


def _message(conversation: Conversation, remote_id: str, at: datetime) -> Message:
    return Message(
        conversation=conversation,
        account_id=conversation.account_id,
        remote_id=remote_id,
        kind=conversation.kind,
        contact_id=conversation.contact_id,
        is_work=True,
        text=f"¿Hasta qué fecha está abierta la convocatoria {remote_id}?",
        salt="s",
        digest="d",
        written_at=at,
        received_at=at,
    )


def _account(by: Member) -> Account:
    return register_account(
        entity=by.entity,
        network="facebook",
        handle=f"pagina{by.pk}",
        display_name="Página",
        purpose="Medición",
        root_mailbox="",
        by=by,
        now=timezone.now(),
    )
