"""Acts on behalf: those about an object, those that a person has to confirm, and the files that prove them."""

from django.db.models import Q

from pregonero.errors import NotFound
from pregonero.people.models import ActOnBehalf, Entity, Member, ProofFile
from pregonero.people.roles import OUTSIDE
from pregonero.records.actions import ObjectRef
from pregonero.records.models import Event

RELATED = ("person", "by", "file")


def acts_of(entity: Entity, *, limit: int = 200) -> list[ActOnBehalf]:
    """Return the entity's acts on behalf, the newest first."""
    acts = ActOnBehalf.objects.filter(entity=entity).select_related(*RELATED).defer("file__content")
    return list(acts.order_by("-pk")[:limit])


def acts_about(subject: ObjectRef, *, entity_id: int) -> list[ActOnBehalf]:
    """Return the acts on behalf about an object, the first one first."""
    acts = ActOnBehalf.objects.filter(entity_id=entity_id, subject_kind=subject.kind, subject_id=subject.id)
    return list(acts.select_related(*RELATED).defer("file__content").order_by("acted_at", "pk"))


def acts_of_person(person: Member, *, limit: int = 200) -> list[ActOnBehalf]:
    """Return what was recorded on behalf of a person: first what they have not confirmed or disputed."""
    acts = ActOnBehalf.objects.filter(person=person).select_related(*RELATED).defer("file__content")
    return list(acts.order_by("verdict", "-pk")[:limit])


def get_act(*, member: Member, pk: int, for_update: bool = False) -> ActOnBehalf:
    """Return an act of the member's entity; who is outside the Group finds only their own. Raises `NotFound`."""
    acts = ActOnBehalf.objects.filter(pk=pk, entity_id=member.entity_id)
    if member.is_outside:
        acts = acts.filter(person=member)
    if for_update:
        acts = acts.select_for_update(no_key=True, of=("self",))
    found = acts.select_related("person", "by").first()
    if found is None:
        raise NotFound
    return found


def file_of(act: ActOnBehalf) -> ProofFile:
    """Return the file that proves an act. Raises `NotFound` when it has none."""
    found = ProofFile.objects.filter(act=act).first()
    if found is None:
        raise NotFound("Ese acto no tiene archivo.")
    return found


def outside_people(entity: Entity) -> list[Member]:
    """Return the people of offices outside the Group who can sign in and confirm, by name."""
    offices = [*(role.value for role in OUTSIDE), "CITIZEN_RELATIONS"]
    return list(Member.objects.filter(Q(roles__overlap=offices), entity=entity).order_by("name", "pk"))


def subject_of(reference: str, *, entity: Entity) -> ObjectRef:
    """Return the object of a reference such as "publication:7", with its name in the entity's records.

    Raises `NotFound` when the entity has no record of it.
    """
    event = Event.objects.filter(entity_id=entity.pk, ref=reference).order_by("-pk").first()
    if event is None:
        raise NotFound("No encontramos eso en los registros de la entidad.")
    parsed = ObjectRef.parse(reference)
    return ObjectRef(parsed.kind, parsed.id, event.label or reference)
