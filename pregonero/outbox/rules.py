"""Who may decide about a delivery or post it by hand, and in which state."""

from datetime import datetime

from pregonero.errors import WrongState
from pregonero.networks.registry import connector
from pregonero.outbox.models import PUBLIC_KINDS, Delivery
from pregonero.outbox.states import IN_FLIGHT, PUBLIC, WAITING, DeliveryState
from pregonero.people.models import Member
from pregonero.people.rules import as_question, check_may


def can_still_be_cancelled(delivery: Delivery) -> bool:
    """Return whether it waits, or is being sent or reconciled and nobody has asked yet to cancel it."""
    if delivery.state in (*IN_FLIGHT, DeliveryState.NEEDS_PERSON):
        return not delivery.cancel_requested_reason
    return delivery.state in WAITING


def check_may_decide(member: Member, delivery: Delivery, decided: str, *, now: datetime) -> None:
    """Only a delivery that nobody could reconcile waits for a decision; `decided` says who gave it already."""
    check_may(member, "delivery.decide", now=now)
    if delivery.state != DeliveryState.NEEDS_PERSON:
        state = delivery.get_state_display()
        raise WrongState(decided or f"Este envío no espera una decisión: está {state}.")


def check_may_post_manually(member: Member, delivery: Delivery, held: str, *, refusal: str = "", now: datetime) -> None:
    """A person may post at the network what is not published and not on hold (Q-6).

    `held` says why it is on hold, and `refusal` why its owner does not want it published any more.
    """
    check_may(member, "delivery.by_hand", now=now)
    if refusal:
        raise WrongState(refusal)
    if delivery.state in (*IN_FLIGHT, DeliveryState.NEEDS_PERSON):
        raise WrongState("Puede que ya haya salido: primero hay que saber qué pasó con el último envío.")
    if delivery.state in PUBLIC:
        raise WrongState(f"En {delivery.account} ya se publicó.")
    if delivery.waits_for_previous_part:
        raise WrongState("Va debajo de otra parte que todavía no ha salido: primero esa.")
    if held and not delivery.account.paused_reason:
        raise WrongState(f"{held} Primero hay que reanudarla.")


def check_may_report_manual_post(member: Member, delivery: Delivery, *, now: datetime) -> None:
    """A manual post is stored unless the delivery is published, or may be: then there would be two."""
    check_may(member, "delivery.by_hand", now=now)
    if delivery.state in PUBLIC:
        raise WrongState(
            f"En {delivery.account} ya consta una publicación: si hiciste otra, hay dos. Borra una en la red."
        )
    if delivery.state in (*IN_FLIGHT, DeliveryState.NEEDS_PERSON):
        raise WrongState("Pregonero la está enviando: espera el resultado. Si sale, habrá dos y hay que borrar una.")


def check_may_withdraw(member: Member, delivery: Delivery, *, now: datetime) -> None:
    """A person may withdraw a published post of ours, where the network allows it; what is out is never edited."""
    check_may(member, "delivery.withdraw", now=now)
    if delivery.state != DeliveryState.PUBLISHED or delivery.kind not in PUBLIC_KINDS:
        raise WrongState(f"En {delivery.account} no hay nada publicado que retirar.")
    if not connector(delivery.account.network).capabilities.takes_withdrawals:
        network = delivery.account.get_network_display()
        raise WrongState(f"{network} no deja retirar publicaciones desde aquí: bórrala en la aplicación de {network}.")


may_withdraw = as_question(check_may_withdraw)
may_post_manually = as_question(check_may_post_manually)
