"""Links and hashtags in comments: the rule only proposes, where the procedure blocks them (YT-4)."""

from dataclasses import replace

import pytest
from django.utils import timezone
from pytest_django import Settings

from pregonero.inbox.actions.arrivals import open_streams, receive_reading
from pregonero.inbox.models import Message, Stream
from pregonero.moderation.link_rule import why_proposed
from pregonero.moderation.models import Decision, Proposal
from pregonero.moderation.tasks import propose_links
from pregonero.networks.interactions import Reading
from pregonero.networks.models import Account
from pregonero.people.models import Member
from tests.attack.inbox_stage import _written
from tests.inbox.conftest import account_of
from tests.lab.process import Lab

pytestmark = pytest.mark.procedure("YT-4")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Entra a https://premios.example/gana ya", "un enlace"),
        ("www.premios.example y bit.ly/xyz", "2 enlaces"),
        ("#Gratis #Premio", "2 etiquetas"),
        ("Mira bit.ly/x #oferta", "un enlace y una etiqueta"),
        ("El decreto 1755 de 2015 dice 3.5% y cuesta $1.000.000", ""),
        ("Soy el número #1 de la fila", ""),
        ("¿Hasta cuándo hay plazo? Gracias.", ""),
    ],
)
def test_only_links_and_hashtags_are_proposed(text: str, why: str) -> None:
    assert (f"Tiene {why}:" in why_proposed(text)) if why else why_proposed(text) == ""


@pytest.mark.parametrize(("network", "expected"), [("youtube", 1), ("facebook", 0)])
def test_a_comment_with_a_link_is_proposed_once_and_nothing_is_decided(
    network: str, expected: int, lab: Lab, carmen: Member, settings: Settings
) -> None:
    account = account_of(lab, network, carmen, settings)
    stored(account, "Entra a https://premios.example ya")
    for _ in range(2):
        propose_links(timestamp=int(timezone.now().timestamp()))

    assert Proposal.objects.count() == expected
    assert not Decision.objects.exists()
    if expected:
        assert Proposal.objects.get().source_name == "Enlaces y etiquetas (YT-4)"


def stored(account: Account, text: str) -> Message:
    now = timezone.now()
    open_streams(accounts=[account], now=now)
    stream = Stream.objects.filter(account=account).first()
    assert stream is not None
    receive_reading(stream=stream, reading=Reading((replace(_written(1, now), text=text),)), now=now)
    return Message.objects.get()
