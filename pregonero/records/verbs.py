"""The one table of what can happen: each verb and how a person reads it. Any other verb is refused."""

VERBS: dict[str, str] = {
    "wording.erased": "Texto borrado para proteger datos personales",
    "entity.registered": "Entidad registrada",
    "member.registered": "Persona registrada",
    "notice.seen": "Aviso recibido",
    "account.registered": "Cuenta registrada",
    "account.connected": "Cuenta conectada",
    "account.paused": "Cuenta en pausa",
    "account.resumed": "Cuenta reanudada",
    "source.registered": "Fuente registrada",
    "source.retired": "Fuente retirada",
    "source.failing": "Fuente con un problema",
    "source.recovered": "Fuente leída de nuevo",
    "rule.signed": "Regla permanente firmada",
    "rule.revoked": "Regla permanente revocada",
    "news.found": "Noticia encontrada en la sede electrónica",
    "news.edited": "Noticia editada en la sede electrónica",
    "news.read": "Página de la noticia leída",
    "news.informed": "Noticia informada",
    "news.dismissed": "Noticia descartada",
    "publication.drafted": "Publicación en borrador",
    "publication.edited": "Publicación editada",
    "publication.programmed": "Publicación programada",
    "publication.moved": "Publicación reprogramada",
    "publication.cancelled": "Publicación cancelada",
    "publication.closed": "Expediente cerrado",
    "link.checked": "Enlace comprobado",
    "link.accepted": "Enlace aceptado por nombre",
    "delivery.prepared": "Preparada en la red",
    "delivery.attempted": "Envío iniciado",
    "delivery.published": "Publicada",
    "delivery.rejected": "Rechazada por la red",
    "delivery.deferred": "Aplazada por la red",
    "delivery.uncertain": "Resultado por confirmar",
    "delivery.settled": "Resultado confirmado con la red",
    "delivery.needs_person": "Espera la decisión de una persona",
    "delivery.decided": "Decidida por una persona",
    "delivery.late": "No se envió: pasó su hora",
    "delivery.cancelled": "Envío cancelado",
    "delivery.cleaned": "Preparación retirada de la red",
}


def label(verb: str) -> str:
    """Return the Spanish words of a verb."""
    return VERBS[verb]
