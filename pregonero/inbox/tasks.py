"""Jobs that read what people write, train the model, try rules, and pack, mail and recount petitions.

Network calls are made here; actions store their results.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from pregonero.errors import Refused
from pregonero.inbox import correction_queries, hub_queries, live, petition_queries, queries, rules_trial
from pregonero.inbox.actions.arrivals import open_streams, receive_reading, save_stream_problem
from pregonero.inbox.actions.delivered import note_delivered
from pregonero.inbox.actions.hub import begin_subscription, save_subscription_problem
from pregonero.inbox.actions.packets import mark_packet_mailed, store_packet
from pregonero.inbox.actions.petitions import recount_petition
from pregonero.inbox.actions.question_models import save_model
from pregonero.inbox.actions.question_rules import save_trial
from pregonero.inbox.actions.webhooks import finish_notice
from pregonero.inbox.link_check import check_given_links
from pregonero.inbox.models import Stream
from pregonero.inbox.packets.contents import packet_of
from pregonero.inbox.question_queries import entities_to_train, learned_phrases, rules_in_force, rules_to_try
from pregonero.inbox.questions.trainer import train_for_entity
from pregonero.networks.base import NetworkError, Transient
from pregonero.networks.interactions import Reading
from pregonero.networks.queries import credentials_for, credentials_without_token
from pregonero.networks.registry import hub_of, interaction_reader, notice_reader
from pregonero.networks.tokens import with_token_refresh
from pregonero.networks.webhooks import WebhookHint
from pregonero.outbox.sender import flush_limit_readings
from pregonero.processes import ENDING
from pregonero.records.tasks import seal_all


@app.periodic(cron="* * * * * */15")
@app.task(name="inbox.read_streams", queue="reading", queueing_lock="read_streams")
def read_streams(timestamp: int, **_later: Any) -> None:
    """Enqueue one job for each stream that is due, so that a slow network does not delay the others."""
    now = datetime.fromtimestamp(timestamp, tz=UTC)
    open_streams(accounts=queries.accounts_without_streams(), now=now)
    for stream_id in queries.streams_due(now=now):
        _read_soon(stream_id)


@app.task(name="inbox.read_stream", queue="reading")
def read_stream(*, stream_id: int, **_later: Any) -> None:
    """Read a stream if it is still due, and store what people wrote, or its problem."""
    stream = queries.stream_to_read(pk=stream_id)
    if stream.next_read_at > timezone.now():
        return
    try:
        reading = _read(stream)
    except (NetworkError, Refused) as problem:
        reason = problem.message if isinstance(problem, Refused) else problem.reason
        wait = problem.retry_after if isinstance(problem, Transient) else None
        save_stream_problem(stream=stream, reason=reason, wait_seconds=wait, now=timezone.now())
        return
    finally:
        flush_limit_readings(at_once=True)
    note_delivered(account_id=stream.account_id, interactions=reading.interactions, now=timezone.now())
    receive_reading(stream=stream, reading=reading, now=timezone.now())
    if reading.has_more:
        _read_soon(stream_id)


@app.task(name="inbox.read_notice", queue="reading")
def read_notice(*, notice_id: int, **_later: Any) -> None:
    """Read a stored notice: its accounts are read at once, and what was removed is marked."""
    notice = queries.notice_to_read(pk=notice_id)
    receiver = notice_reader(notice.application.network)
    hints, problem = list[WebhookHint](), ""
    try:
        hints = receiver.hints(bytes(notice.body)) if receiver and not notice.processed_at else []
    except (ValueError, RecursionError):
        problem = "No tiene la forma de un aviso de esta red."
    for stream_id in finish_notice(notice=notice, hints=hints, problem=problem, now=timezone.now()):
        _read_soon(stream_id)


@app.periodic(cron="* * * * * */15")
@app.task(name="inbox.open_live", queue="reading", queueing_lock="open_live")
def open_live(timestamp: int, **_later: Any) -> None:
    """Enqueue one job for each persistent stream; the lock leaves one connection at a time, whatever the workers."""
    for application_id in queries.live_applications_due(now=datetime.fromtimestamp(timestamp, tz=UTC)):
        lock = f"live:{application_id}"
        try:
            app.configure_task("inbox.follow_live", lock=lock, queueing_lock=lock).defer(application_id=application_id)
        except AlreadyEnqueued:
            continue


@app.task(name="inbox.follow_live", queue="live")
def follow_live(*, application_id: int, **_later: Any) -> None:
    """Follow a persistent stream until this process ends, or the network asks to wait for long."""
    application = queries.live_application(pk=application_id, now=timezone.now())
    if application is not None:
        live.follow_live(application, ENDING)


@app.periodic(cron="* * * * *")
@app.task(name="inbox.renew_hubs", queue="reading", queueing_lock="renew_hubs")
def renew_hubs(timestamp: int, **_later: Any) -> None:
    """Ask the hubs to subscribe the accounts that are not subscribed or whose lease ends soon."""
    for account in hub_queries.accounts_to_subscribe(now=datetime.fromtimestamp(timestamp, tz=UTC)):
        subscription = begin_subscription(account=account, now=timezone.now())
        found, hub = hub_queries.open_subscription(pk=subscription.pk), hub_of(account.network)
        if found is None or hub is None:
            continue
        credentials = replace(credentials_without_token(account), seconds=settings.CALL_SECONDS)
        try:
            hub.subscribe(credentials, callback=found.callback, secret=found.secret)
        except NetworkError as error:
            wait = timedelta(minutes=10)
            now = timezone.now()
            save_subscription_problem(subscription=subscription, reason=error.reason, wait=wait, now=now)


def _read(stream: Stream) -> Reading:
    reader = interaction_reader(stream.account.network)
    if reader is None:
        return Reading(cursor=stream.cursor)
    credentials = credentials_for(stream.account)
    return with_token_refresh(credentials, lambda fresh: reader.read(fresh, stream.name, stream.cursor))


def _read_soon(stream_id: int) -> None:
    _defer_once("inbox.read_stream", f"stream:{stream_id}", stream_id=stream_id)


@app.periodic(cron="*/10 * * * *")
@app.task(name="inbox.train_models", queue="reading", queueing_lock="train_models")
def train_models(timestamp: int, **_later: Any) -> None:
    """Enqueue the training of each model that is missing, old, or was trained with a text erased since."""
    for entity_id in entities_to_train(now=datetime.fromtimestamp(timestamp, tz=UTC)):
        _defer_once("inbox.train_model", f"train_model:{entity_id}", entity_id=entity_id)


@app.task(name="inbox.train_model", queue="reading")
def train_model(*, entity_id: int, **_later: Any) -> None:
    """Train the model of an entity with the shipped phrases and what its people confirmed, on this machine."""
    now = timezone.now()  # before the phrases are read: what is erased meanwhile makes another training
    training = train_for_entity(learned_phrases(entity_id), rules_in_force(entity_id))
    save_model(entity_id=entity_id, training=training, now=now)


@app.task(name="inbox.try_rules", queue="reading")
def try_rules(*, version_id: int, **_later: Any) -> None:
    """Try a version of the rules of questions on the messages of the last 90 days."""
    version, now = rules_to_try(pk=version_id), timezone.now()
    save_trial(version=version, counts=rules_trial.try_rules(version, now=now), now=now)


def _defer_once(task: str, lock: str, **arguments: int) -> None:
    try:
        with transaction.atomic():  # a savepoint, inside a transaction: the refusal would abort it
            app.configure_task(task, queueing_lock=lock).defer(**arguments)
    except AlreadyEnqueued:
        return


@app.task(name="inbox.make_packet", queue="mail", retry=RetryStrategy(max_attempts=4, exponential_wait=4))
def make_packet(*, petition_id: int, **_later: Any) -> None:
    """Make and store the packet of a petition, and have it mailed if its office has an address."""
    petition = petition_queries.petition_to_pack(pk=petition_id)
    seal_all(entity_id=petition.entity_id)  # the packet has the proof of what is sealed
    packet = store_packet(petition=petition, content=packet_of(petition), now=timezone.now())
    if packet is not None:
        app.configure_task("inbox.mail_packet").defer(packet_id=packet.pk)


@app.task(name="inbox.mail_packet", queue="mail", retry=RetryStrategy(max_attempts=6, exponential_wait=4))
def mail_packet(*, packet_id: int, **_later: Any) -> None:
    """Send a packet to the office that receives petitions, if it has an address and it was not sent or erased yet."""
    packet = petition_queries.packet_to_mail(pk=packet_id)
    parameters = queries.pqrsd_parameters(packet.petition.entity)
    if not settings.EMAIL_HOST or not parameters or not parameters.email or packet.mailed_at or packet.content is None:
        return
    petition = packet.petition
    context = {"petition": petition, "address": f"{settings.PUBLIC_ADDRESS}{petition.get_absolute_url()}"}
    message = EmailMessage(
        subject=f"[{petition.entity.short_name}] {petition.ref.label} en {petition.message.conversation.account}",
        body=render_to_string("inbox/packet_mail.txt", context),
        to=[parameters.email],
        attachments=[(f"peticion-{petition.pk}.zip", bytes(packet.content), "application/zip")],
    )
    message.send()
    mark_packet_mailed(packet=packet, to=parameters.email, now=timezone.now())


@app.periodic(cron="15 5 * * *")
@app.task(name="inbox.recount_petitions", queue="mail", queueing_lock="recount_petitions")
def recount_petitions(timestamp: int, **_later: Any) -> None:
    """Count again the petitions that run, when the holidays changed since they were last counted."""
    now = datetime.fromtimestamp(timestamp, tz=UTC)
    for petition_id in petition_queries.petitions_to_recount():
        recount_petition(petition_id=petition_id, now=now)


@app.periodic(cron="*/20 * * * *")
@app.task(name="inbox.check_links", queue="reading", queueing_lock="check_links")
def check_links(timestamp: int, **_later: Any) -> None:
    """Enqueue a look at the links that each entity gave to people lately."""
    for entity_id in correction_queries.entities_with_answers(now=datetime.fromtimestamp(timestamp, tz=UTC)):
        _defer_once("inbox.check_links_of", f"check_links:{entity_id}", entity_id=entity_id)


@app.task(name="inbox.check_links_of", queue="reading")
def check_links_of(*, entity_id: int, **_later: Any) -> None:
    """Request the links that an entity gave to people, so that those whose page is gone are corrected (Q-2)."""
    check_given_links(correction_queries.entity_to_check(pk=entity_id), now=timezone.now())
