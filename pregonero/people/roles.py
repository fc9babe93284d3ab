"""The roles of the procedure and the table of their permissions."""

from dataclasses import dataclass

from django.db import models


class Role(models.TextChoices):
    """The roles, with the names that people see."""

    CONTENT_MANAGER = "CONTENT_MANAGER", "Gestión de contenidos"
    PRODUCER = "PRODUCER", "Producción de piezas"
    COMMUNITY_MANAGER = "COMMUNITY_MANAGER", "Community manager"
    DIGITAL_STRATEGIST = "DIGITAL_STRATEGIST", "Estratega digital"
    ADVISER = "ADVISER", "Asesoría de comunicaciones"
    COORDINATOR = "COORDINATOR", "Coordinación"
    CITIZEN_RELATIONS = "CITIZEN_RELATIONS", "Relación con el Ciudadano y Secretaría General"
    SYSTEMS_OFFICE = "SYSTEMS_OFFICE", "Oficina de Sistemas de Información"
    AUDITOR = "AUDITOR", "Control interno"
    MINISTER_OFFICE = "MINISTER_OFFICE", "Despacho ministerial"
    PRESS_OFFICE = "PRESS_OFFICE", "Prensa de Presidencia"


# "Los responsables de las redes": both roles have the same permissions (procedure 5.1).
NETWORKS_PEOPLE = frozenset({Role.COMMUNITY_MANAGER, Role.DIGITAL_STRATEGIST})
GROUP_HEADS = frozenset({Role.ADVISER, Role.COORDINATOR})
COORDINATOR = frozenset({Role.COORDINATOR})
OUTSIDE = frozenset({Role.MINISTER_OFFICE, Role.PRESS_OFFICE})
"""Offices outside the Group: their people sign in only to confirm what was recorded on their behalf."""
EVERYBODY = frozenset(Role) - OUTSIDE
WITH_STAND_IN = GROUP_HEADS
"""The roles that somebody else covers during an absence."""
PIECE_MAKERS = NETWORKS_PEOPLE | GROUP_HEADS | {Role.PRODUCER, Role.CONTENT_MANAGER}
INBOX_READERS = NETWORKS_PEOPLE | GROUP_HEADS | {Role.CITIZEN_RELATIONS, Role.AUDITOR}


@dataclass(frozen=True)
class Permission:
    """What may be done, in Spanish after "puede", and the roles that may do it."""

    description: str
    roles: frozenset[Role]


PERMISSIONS: dict[str, Permission] = {
    "sections.see": Permission("ver las secciones", frozenset(Role)),
    "people.see": Permission("ver las personas de la entidad", EVERYBODY),
    "people.manage": Permission("administrar las personas del Grupo", COORDINATOR),
    "entity.manage": Permission("cambiar el nombre y el escudo de la entidad", COORDINATOR),
    "sessions.end": Permission("cerrar las sesiones de otra persona", COORDINATOR | {Role.SYSTEMS_OFFICE}),
    "second_factor.reset": Permission("quitar el segundo paso a quien lo perdió", COORDINATOR | {Role.SYSTEMS_OFFICE}),
    "acts.see": Permission("ver los actos registrados en nombre de otros", EVERYBODY),
    "acts.record": Permission("registrar un acto en nombre de otra persona", NETWORKS_PEOPLE | GROUP_HEADS),
    "accounts.see": Permission("ver el registro de cuentas", EVERYBODY),
    "accounts.manage": Permission("administrar las cuentas en las redes", COORDINATOR | {Role.SYSTEMS_OFFICE}),
    "accounts.test": Permission(
        "probar la conexión de una cuenta", COORDINATOR | NETWORKS_PEOPLE | {Role.SYSTEMS_OFFICE}
    ),
    "sources.manage": Permission(
        "administrar las fuentes de noticias", COORDINATOR | {Role.CONTENT_MANAGER, Role.SYSTEMS_OFFICE}
    ),
    "rules.sign": Permission("firmar reglas permanentes", COORDINATOR),
    "news.see": Permission("ver las noticias", EVERYBODY),
    "news.inform": Permission("informar una noticia", frozenset({Role.CONTENT_MANAGER})),
    "news.dismiss": Permission("descartar una noticia", NETWORKS_PEOPLE | {Role.CONTENT_MANAGER}),
    "need.see": Permission("ver lo que las áreas piden contar", EVERYBODY),
    "need.ask": Permission("pedir que algo se cuente", EVERYBODY - {Role.AUDITOR}),
    "need.decide": Permission("decidir lo que las áreas piden contar", NETWORKS_PEOPLE | GROUP_HEADS),
    "campaign.see": Permission("ver las campañas", EVERYBODY),
    "campaign.manage": Permission("llevar las campañas", NETWORKS_PEOPLE | GROUP_HEADS),
    "piece.see": Permission("ver las piezas", EVERYBODY),
    "piece.make": Permission("subir piezas y sus versiones", PIECE_MAKERS),
    "piece.note": Permission("anotar piezas", PIECE_MAKERS),
    "piece.close_note": Permission("cerrar la nota de otra persona que pide un cambio", GROUP_HEADS),
    "live.see": Permission("ver las transmisiones en vivo", EVERYBODY),
    "live.manage": Permission("llevar las transmisiones en vivo", NETWORKS_PEOPLE | GROUP_HEADS),
    "brand.see": Permission("ver el manual de identidad", EVERYBODY),
    "brand.connect": Permission("conectar el manual de identidad", COORDINATOR | {Role.SYSTEMS_OFFICE}),
    "brand.validity": Permission(
        "fijar la vigencia de una plantilla", NETWORKS_PEOPLE | GROUP_HEADS | {Role.CONTENT_MANAGER}
    ),
    "piece.approve": Permission("aprobar piezas y devolverlas", GROUP_HEADS),
    "piece.urgent": Permission("firmar una aprobación urgente", NETWORKS_PEOPLE | GROUP_HEADS),
    "piece.send": Permission("enviar piezas aprobadas a quienes publican", GROUP_HEADS),
    "piece.invite": Permission("invitar a ver una pieza a quien habla en ella", NETWORKS_PEOPLE | GROUP_HEADS),
    "publication.compose": Permission("preparar publicaciones", NETWORKS_PEOPLE),
    "publication.program": Permission("programar publicaciones", NETWORKS_PEOPLE),
    "calendar_rules.set": Permission("fijar las reglas de la parrilla", NETWORKS_PEOPLE),
    "hashtags.manage": Permission("llevar la lista de hashtags", NETWORKS_PEOPLE | GROUP_HEADS),
    "publication.stop": Permission("detener publicaciones", NETWORKS_PEOPLE | GROUP_HEADS),
    "budgets.manage": Permission("fijar los topes de uso y de gasto en las redes", COORDINATOR),
    "sending.resume": Permission("volver a enviar después de que una red lo detuvo", NETWORKS_PEOPLE | COORDINATOR),
    "publishing.resume": Permission("reanudar lo que está en pausa", NETWORKS_PEOPLE | GROUP_HEADS),
    "link.check": Permission("comprobar el enlace de una publicación", NETWORKS_PEOPLE | GROUP_HEADS),
    "link.accept": Permission("aceptar un enlace por nombre", NETWORKS_PEOPLE | GROUP_HEADS),
    "delivery.decide": Permission("decidir un envío por confirmar", NETWORKS_PEOPLE | GROUP_HEADS),
    "delivery.withdraw": Permission("retirar de la red una publicación propia", NETWORKS_PEOPLE | GROUP_HEADS),
    "delivery.by_hand": Permission("hacer una publicación a mano en la red", NETWORKS_PEOPLE),
    "rectification.see": Permission("ver las rectificaciones", EVERYBODY),
    "rectification.ask": Permission("anotar que piden rectificar una publicación", NETWORKS_PEOPLE | GROUP_HEADS),
    "rectification.decide": Permission("decidir si se rectifica", GROUP_HEADS),
    "inbox.see": Permission("ver la conversación con la ciudadanía", INBOX_READERS),
    "inbox.answer": Permission("responderle a la ciudadanía", NETWORKS_PEOPLE | GROUP_HEADS),
    "inbox.sort": Permission("decidir qué pide una conversación", NETWORKS_PEOPLE | GROUP_HEADS),
    "inbox.note": Permission(
        "escribir notas en una conversación", NETWORKS_PEOPLE | GROUP_HEADS | {Role.CITIZEN_RELATIONS}
    ),
    "saved_answer.manage": Permission("guardar y cambiar respuestas guardadas", NETWORKS_PEOPLE | GROUP_HEADS),
    "petition.open": Permission("enviar una petición a Relación con el Ciudadano", NETWORKS_PEOPLE | GROUP_HEADS),
    "petition.manage": Permission("llevar las peticiones", frozenset({Role.CITIZEN_RELATIONS})),
    "contact.erase": Permission("borrar o descargar los datos de una persona", COORDINATOR | {Role.CITIZEN_RELATIONS}),
    "pqrsd.manage": Permission("fijar los parámetros de PQRSD", frozenset({Role.CITIZEN_RELATIONS})),
    "moderation.see": Permission("ver la moderación", INBOX_READERS),
    "moderation.decide": Permission("ocultar comentarios y volver a mostrarlos", NETWORKS_PEOPLE | GROUP_HEADS),
    "daily_close.sign": Permission("firmar el cierre del día", NETWORKS_PEOPLE),
    "word_lists.manage": Permission("llevar las listas de palabras", NETWORKS_PEOPLE | GROUP_HEADS),
    "community_rules.write": Permission("escribir las reglas de la comunidad", NETWORKS_PEOPLE | GROUP_HEADS),
    "community_rules.publish": Permission("poner en vigor las reglas de la comunidad", COORDINATOR),
    "topic.see": Permission("ver los temas y sus fuentes", EVERYBODY),
    "watch.manage": Permission("elegir qué fuentes se siguen", NETWORKS_PEOPLE | GROUP_HEADS),
    "topic.arrange": Permission("unir y separar temas, y escribir qué resultó", NETWORKS_PEOPLE | GROUP_HEADS),
    "topic.republish": Permission("decidir que algo se republica o que no se dice nada", NETWORKS_PEOPLE),
    "topic.statement": Permission("definir un comunicado o una respuesta de la vocería", GROUP_HEADS),
    "synergy.see": Permission("ver las sinergias", EVERYBODY),
    "synergy.register": Permission("registrar las sinergias que llegan", NETWORKS_PEOPLE | GROUP_HEADS),
    "synergy.define": Permission("definir qué se hace con una sinergia", NETWORKS_PEOPLE | GROUP_HEADS),
    "statement.write": Permission("escribir el texto de la vocería", NETWORKS_PEOPLE | GROUP_HEADS),
    "statement.approve": Permission("registrar la palabra de la vocería", GROUP_HEADS),
    "crisis.open": Permission("abrir la sala de crisis y anotar en ella", NETWORKS_PEOPLE | GROUP_HEADS),
    "crisis.lead": Permission("fijar la línea de la sala de crisis y cerrarla", GROUP_HEADS),
    "controls.see": Permission("ver los controles de las cuentas", EVERYBODY),
    "controls.check": Permission(
        "revisar los controles de las cuentas", NETWORKS_PEOPLE | GROUP_HEADS | {Role.SYSTEMS_OFFICE}
    ),
    "controls.manage": Permission("administrar el registro de controles", COORDINATOR),
    "incidents.release": Permission("liberar los envíos de una cuenta con un incidente abierto", COORDINATOR),
    "findings.manage": Permission("llevar los hallazgos", GROUP_HEADS | {Role.AUDITOR}),
    "records.see": Permission(
        "ver los puntos de control de los registros", GROUP_HEADS | {Role.SYSTEMS_OFFICE, Role.AUDITOR}
    ),
    "records.export": Permission(
        "llevarse los registros con su prueba", GROUP_HEADS | {Role.SYSTEMS_OFFICE, Role.AUDITOR}
    ),
    "records.manage": Permission("decidir a dónde van los puntos de control", COORDINATOR | {Role.SYSTEMS_OFFICE}),
    "publications.export": Permission("llevarse las publicaciones en archivos", EVERYBODY),
    "status.see": Permission("ver el estado del sistema", EVERYBODY),
}

SECOND_FACTOR_ROLES = frozenset[Role]().union(
    *(permission.roles for name, permission in PERMISSIONS.items() if not name.endswith(".see"))
)
"""The roles that may do anything besides looking: their people need a second factor."""
