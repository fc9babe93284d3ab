"""Members for the tests that commit their rows, which cannot use the fixtures of `tests/conftest.py`."""

from pregonero.people.actions import register_entity
from pregonero.people.models import Member
from pregonero.people.roles import Role
from tests.conftest import NOW, member


def two_managers() -> tuple[Member, Member]:
    entity = register_entity(
        slug="mincomercio",
        name="Ministerio de Comercio, Industria y Turismo",
        short_name="MinComercio",
        initials="MC",
        official_domains=["mincit.gov.co"],
        now=NOW,
    )
    member(entity, "ana", "Ana Rojas", Role.COMMUNITY_MANAGER)
    return (
        member(entity, "luis", "Luis Peña", Role.CONTENT_MANAGER),
        member(entity, "lucia", "Lucía Paz", Role.CONTENT_MANAGER),
    )
