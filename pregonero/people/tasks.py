"""The job that sends a notice by mail, so that a mail server that is down does not stop the act."""

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from pregonero.people.actions import mark_mailed
from pregonero.people.models import Notice


@app.task(name="people.mail_notice", queue="mail", retry=RetryStrategy(max_attempts=6, exponential_wait=4))
def mail_notice(*, notice_id: int, **_later: Any) -> None:
    """Send a notice by mail if a mail server is configured and it was not sent yet."""
    notice = Notice.objects.select_related("member__user", "entity").get(pk=notice_id)
    if not settings.EMAIL_HOST or notice.mailed_at is not None:
        return
    title = " ".join(notice.title.split())  # a line break would start another header
    context = {
        "notice": notice,
        "entity": notice.entity,
        "address": f"{settings.PUBLIC_ADDRESS}{notice.path}",
    }
    send_mail(
        subject=f"[{notice.entity.short_name}] {title}",
        message=render_to_string("people/notice_mail.txt", context),
        html_message=render_to_string("people/notice_mail.html", context),
        from_email=None,
        recipient_list=[notice.member.user.email],
    )
    mark_mailed(notice_id=notice_id, now=timezone.now())
