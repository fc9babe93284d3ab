"""What moderation asks of a person, as tasks of Hoy: comments to decide, and people who must not be blocked (ALL-1)."""

from datetime import datetime

from django.urls import reverse

from pregonero.dashboard.task import Act, Task
from pregonero.moderation import comment_queue, restriction_queries
from pregonero.moderation.comment_queue import Filters
from pregonero.moderation.models import RestrictionFinding
from pregonero.people.models import Member
from pregonero.people.rules import may
from pregonero.ui.templatetags.ui_time import ago

SHOWN = 20


def moderation_tasks(member: Member, *, now: datetime) -> tuple[list[Task], int]:
    """Return the comments that wait for a decision, without their words, and how many there are."""
    if not may(member, "moderation.decide", now=now):
        return [], 0
    found = comment_queue.comments_in(member.entity, Filters(), now=now)
    rows = [comment_queue.row_of(message) for message in found[:SHOWN]]
    tasks = [
        Task(
            f"{row.category.capitalize() or 'Comentario'} en {row.message.account.get_network_display()}",
            path := reverse("moderation:comment", args=[row.message.pk]),
            f"{row.why} {ago(row.message.written_at, now)}",
            Act("Decidir", path),
            network=row.message.account.network,
        )
        for row in rows
    ]
    return tasks, comment_queue.counts_by_state(member.entity)["decidir"] if tasks else 0


def restriction_tasks(member: Member, *, now: datetime) -> list[Task]:
    """Return a task for each list of an account that must be empty and is not."""
    if not may(member, "moderation.see", now=now):
        return []
    return [_restriction_task(finding, now) for finding in restriction_queries.open_findings(member.entity)]


def _restriction_task(finding: RestrictionFinding, now: datetime) -> Task:
    count, path = len(finding.people.all()), finding.get_absolute_url()
    people = "una persona" if count == 1 else f"{count} personas"
    return Task(
        f"{finding.account} tiene {people} en su lista de {finding.get_kind_display()}s",
        path,
        f"Se encontró {ago(finding.opened_at, now)}. Quítala en la red: a nadie se bloquea.",
        Act("Ver quién", path),
        network=finding.account.network,
    )
