"""The watch list in and out: OPML and the starting list (T-1)."""

import pytest

from pregonero.errors import Refused
from pregonero.monitoring.actions.watch import confirm_source, retire_source, watch_several
from pregonero.monitoring.models import WatchedRole, WatchedSource
from pregonero.monitoring.opml import read_opml, write_opml
from pregonero.monitoring.queries import sources_with_state
from pregonero.monitoring.starting_list import starting_list
from pregonero.people.models import Member
from tests.conftest import NOW

pytestmark = pytest.mark.procedure("T-1")


def test_the_starting_list_is_followed_once_and_waits_to_be_confirmed(ana: Member) -> None:
    added = watch_several(several=list(starting_list()), by=ana, now=NOW)
    assert len(added) == len(starting_list()) >= 25
    assert {source.role for source in added} == {"MEDIUM", "SECTOR", "GUILD"}
    assert not any(source.is_confirmed for source in added)
    assert watch_several(several=list(starting_list()), by=ana, now=NOW) == []
    assert confirm_source(source=added[0], by=ana, now=NOW).is_confirmed
    retire_source(source=added[0], by=ana, now=NOW)
    assert len(watch_several(several=list(starting_list()), by=ana, now=NOW)) == 1


def test_opml_goes_out_and_comes_back_the_same(ana: Member, carmen: Member) -> None:
    watch_several(several=list(starting_list()), by=ana, now=NOW)
    read = read_opml(write_opml(sources_with_state(ana.entity)))
    known = {(one.name, one.address, one.role) for one in starting_list()}
    assert {(one.name, one.address, one.role) for one in read} == known
    assert watch_several(several=read, by=carmen, now=NOW) == []
    assert WatchedSource.objects.filter(role=WatchedRole.GUILD).count() == 9


@pytest.mark.parametrize(
    "content",
    [b"", b"hola", b"<html/>", b"<opml><body/></opml>", b'<opml><outline xmlUrl="file:///etc/passwd"/></opml>'],
)
def test_what_is_no_opml_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(Refused, match="El archivo"):
        read_opml(content)


def test_entities_of_an_opml_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE o [<!ENTITY a "https://x.test/">]><opml><outline text="&a;" xmlUrl="https://y.test/"/></opml>'
    with pytest.raises(Refused, match="no es OPML"):
        read_opml(bomb)
