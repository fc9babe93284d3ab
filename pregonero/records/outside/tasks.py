"""The jobs that make a checkpoint each hour, have it stamped, and send it elsewhere."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from pregonero.records.models import Checkpoint, TimeAuthority
from pregonero.records.outside.actions import make_checkpoint, note_sending, store_token
from pregonero.records.outside.queries import current_authorities, current_recipients, get_checkpoint
from pregonero.records.outside.timestamps import request_stamp
from pregonero.records.queries import entities_with_events

RETRY = RetryStrategy(max_attempts=6, exponential_wait=4)


@app.periodic(cron="7 * * * *")
@app.task(name="records.checkpoint_all", queue="records", queueing_lock="records.checkpoint_all")
def checkpoint_all(timestamp: int, **_later: Any) -> None:
    """Make a checkpoint of each entity that has something new, and send it outside."""
    for entity_id in entities_with_events():
        checkpoint = make_checkpoint(entity_id=entity_id, now=datetime.fromtimestamp(timestamp, tz=UTC))
        if checkpoint is not None:
            defer_sending(checkpoint)


def defer_sending(checkpoint: Checkpoint) -> None:
    """Enqueue what puts a checkpoint outside: the stamps, the file and the mails that it lacks."""
    given = {"entity_id": checkpoint.entity_id, "checkpoint_id": checkpoint.pk}
    sent = set(checkpoint.sendings.values_list("place", flat=True))
    stamped = set(checkpoint.tokens.values_list("authority_id", flat=True))
    for authority in current_authorities(checkpoint.entity_id):
        if authority.pk not in stamped:
            app.configure_task("records.stamp_checkpoint").defer(authority_id=authority.pk, **given)
    if settings.CHECKPOINT_FOLDER and settings.CHECKPOINT_FOLDER not in sent:
        app.configure_task("records.file_checkpoint").defer(**given)
    for recipient in current_recipients(checkpoint.entity_id):
        if recipient.email not in sent:
            app.configure_task("records.mail_checkpoint").defer(email=recipient.email, **given)


@app.task(name="records.stamp_checkpoint", queue="mail", retry=RETRY)
def stamp_checkpoint(*, entity_id: int, checkpoint_id: int, authority_id: int, **_later: Any) -> None:
    """Have an authority say when it saw a checkpoint. It fails, and is tried again, when the authority does not."""
    checkpoint = get_checkpoint(entity_id=entity_id, pk=checkpoint_id)
    authority = TimeAuthority.objects.get(entity_id=entity_id, pk=authority_id)
    stamp = request_stamp(authority, checkpoint)
    store_token(checkpoint=checkpoint, authority=authority, token=stamp.token, stamped_at=stamp.at, now=timezone.now())


@app.task(name="records.file_checkpoint", queue="mail", retry=RETRY)
def file_checkpoint(*, entity_id: int, checkpoint_id: int, **_later: Any) -> None:
    """Write a checkpoint in the folder of the settings, which is another machine's."""
    checkpoint = get_checkpoint(entity_id=entity_id, pk=checkpoint_id)
    write_note(checkpoint, Path(settings.CHECKPOINT_FOLDER))
    note_sending(checkpoint=checkpoint, place=settings.CHECKPOINT_FOLDER, now=timezone.now())


def write_note(checkpoint: Checkpoint, folder: Path) -> Path:
    """Write the note of a checkpoint in a folder, whole or not at all, and return its path."""
    path = folder / checkpoint.file_name
    unfinished = path.with_name(f".{path.name}")
    unfinished.write_text(checkpoint.note, encoding="utf-8")
    unfinished.replace(path)
    return path


@app.task(name="records.mail_checkpoint", queue="mail", retry=RETRY)
def mail_checkpoint(*, entity_id: int, checkpoint_id: int, email: str, **_later: Any) -> None:
    """Send a checkpoint by mail, if a mail server is configured and that address does not have it."""
    checkpoint = get_checkpoint(entity_id=entity_id, pk=checkpoint_id)
    if not settings.EMAIL_HOST or checkpoint.sendings.filter(place=email).exists():
        return
    message = EmailMessage(
        subject=f"[Pregonero] Punto de control: {checkpoint.size} registros",
        body=render_to_string("records/checkpoint_mail.txt", {"checkpoint": checkpoint}),
        to=[email],
        attachments=[(checkpoint.file_name, checkpoint.note, "text/plain")],
    )
    message.send()
    note_sending(checkpoint=checkpoint, place=email, now=timezone.now())
