"""Say until when a template is valid (D-3; Law 2345 of 2023)."""

from datetime import date, datetime

from django.db import transaction

from pregonero.errors import Refused
from pregonero.newsroom.brand import queries
from pregonero.newsroom.brand_models import BrandFile, TemplateValidity
from pregonero.people.models import Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record


@transaction.atomic(durable=True)
def set_validity(
    *, file: BrandFile, valid_from: date | None, valid_until: date | None, by: Member, now: datetime
) -> TemplateValidity:
    """Say from when and until when a template may be used. A file for which it is said is a template."""
    check_may(by, "brand.validity", now=now)
    file = queries.get_file(member=by, pk=file.pk, for_update=True)
    if valid_from is None and valid_until is None:
        raise Refused("Elige al menos un día.")
    if valid_from is not None and valid_until is not None and valid_until < valid_from:
        raise Refused("La vigencia termina antes de empezar: corrige las fechas.")
    if not file.is_template:
        file.is_template = True
        file.save(update_fields=["is_template"])
    validity = TemplateValidity.objects.create(
        file=file, valid_from=valid_from, valid_until=valid_until, set_by=by, set_at=now
    )
    record(
        entity_id=file.entity_id,
        event_type="brand.validity_set",
        actor=by.actor,
        ref=file.ref,
        at=now,
        facts={"from": str(valid_from or ""), "until": str(valid_until or "")},
    )
    return validity
