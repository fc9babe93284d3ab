"""What moderation reads of the people that an account blocked or muted (ALL-1)."""

from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Prefetch, Q

from pregonero.errors import NotFound
from pregonero.inbox.models import Contact
from pregonero.moderation.models import RestrictedPerson, RestrictionFinding, RestrictionReading
from pregonero.networks.models import Account, AccountState, Credential, CredentialState
from pregonero.networks.registry import NETWORKS, restriction_reader
from pregonero.people.models import Entity


def readable_networks() -> list[str]:
    """Return the networks whose lists of blocked people can be read; on the others it is evidence."""
    return [name for name in NETWORKS if restriction_reader(name) is not None]


def accounts_without_readings() -> list[Account]:
    """Return the connected accounts whose lists nobody has begun to read."""
    connected = Credential.objects.filter(account=OuterRef("pk"), state=CredentialState.GOOD)
    begun = RestrictionReading.objects.filter(account=OuterRef("pk"))
    accounts = Account.objects.filter(Exists(connected), ~Exists(begun), state=AccountState.ACTIVE)
    return list(accounts.filter(network__in=readable_networks()).order_by("pk")[:500])


def readings_due(*, now: datetime, limit: int = 100) -> list[RestrictionReading]:
    """Return the lists to read now, of accounts that are in use and connected, the longest due first."""
    connected = Credential.objects.filter(account=OuterRef("account_id"), state=CredentialState.GOOD)
    due = RestrictionReading.objects.filter(
        Exists(connected), next_read_at__lte=now, account__state=AccountState.ACTIVE
    )
    return list(due.select_related("account__entity").order_by("next_read_at", "pk")[:limit])


def readings_of(entity: Entity) -> list[RestrictionReading]:
    """Return how far each list of the entity's accounts was read."""
    readings = RestrictionReading.objects.filter(account__entity=entity).exclude(account__state=AccountState.RETIRED)
    return list(readings.select_related("account").order_by("account_id", "kind"))


def accounts_by_evidence(entity: Entity) -> list[Account]:
    """Return the accounts whose lists no API tells: somebody looks there and attaches the evidence."""
    accounts = Account.objects.filter(entity=entity).exclude(state=AccountState.RETIRED)
    return list(accounts.exclude(network__in=readable_networks()).order_by("pk"))


def open_findings(entity: Entity) -> list[RestrictionFinding]:
    """Return the findings that are open, the oldest first, with who is on each list now."""
    listed = RestrictedPerson.objects.filter(ended_at__isnull=True).select_related("contact").order_by("pk")
    findings = RestrictionFinding.objects.filter(account__entity=entity, closed_at__isnull=True)
    related = findings.select_related("account").prefetch_related(Prefetch("people", queryset=listed))
    return list(related.order_by("opened_at", "pk"))


def findings_of(entity: Entity, *, limit: int = 100) -> list[RestrictionFinding]:
    """Return every finding, the newest first, with everybody who was on each list."""
    everybody = RestrictedPerson.objects.select_related("contact", "told_by", "ended_by").order_by("pk")
    findings = RestrictionFinding.objects.filter(account__entity=entity).select_related("account")
    return list(findings.prefetch_related(Prefetch("people", queryset=everybody)).order_by("-pk")[:limit])


def reading_to_make(*, pk: int) -> RestrictionReading:
    """Return a list of any entity, for the job that reads it. Raises `NotFound`."""
    reading = RestrictionReading.objects.select_related("account__entity").filter(pk=pk).first()
    if reading is None:
        raise NotFound
    return reading


def account_and_contact(*, account_id: int, contact_id: int) -> tuple[Account, Contact]:
    """Return an account of any entity and a contact of the same entity, for the job of a notice. Raises `NotFound`."""
    account = Account.objects.select_related("entity").filter(pk=account_id).first()
    contact = Contact.objects.filter(pk=contact_id, entity_id=account.entity_id).first() if account else None
    if account is None or contact is None:
        raise NotFound
    return account, contact


def readings_of_account(account: Account) -> list[RestrictionReading]:
    """Return how far each list of an account was read; none where no API tells them."""
    return list(RestrictionReading.objects.filter(account=account).order_by("kind"))


def people_on_lists(account: Account) -> list[tuple[RestrictionFinding, int]]:
    """Return the open findings of an account, each with how many people are on its list now."""
    listed = Count("people", filter=Q(people__ended_at__isnull=True))
    findings = RestrictionFinding.objects.filter(account=account, closed_at__isnull=True)
    return [(finding, finding.listed) for finding in findings.annotate(listed=listed).order_by("kind")]
