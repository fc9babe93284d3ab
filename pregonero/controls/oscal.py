"""The register as an OSCAL catalog (NIST, version 1.1.3) in Spanish, so that other entities can adopt it."""

from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.utils import timezone

from pregonero.controls import queries
from pregonero.controls.catalog import EVERY_NETWORK, GMAIL
from pregonero.controls.models import ControlVersion
from pregonero.controls.queries import MatrixRow
from pregonero.networks.registry import network_choices
from pregonero.people.models import Entity

OSCAL_VERSION = "1.1.3"
NAMESPACE = "urn:pregonero:controles"


def catalog_of(entity: Entity, *, now: datetime) -> dict[str, Any]:
    """Return the controls in force as an OSCAL catalog; its identifiers change only when its text does."""
    rows = queries.matrix(entity, day=timezone.localdate(now))
    newest = max((row.version.at for row in rows), default=now)
    version = str(sum(row.version.number for row in rows))
    groups = _groups()
    rows.sort(key=lambda row: (list(groups).index(row.control.network), row.control.position))
    return {
        "catalog": {
            "uuid": str(uuid5(NAMESPACE_URL, f"{NAMESPACE}:{entity.slug}:{version}")),
            "metadata": {
                "title": f"Controles de seguridad de las cuentas en redes sociales de {entity.name}",
                "last-modified": newest.isoformat(),
                "version": version,
                "oscal-version": OSCAL_VERSION,
            },
            "groups": [
                {"id": network or "todas", "title": groups[network], "controls": [_control(row) for row in members]}
                for network, members in groupby(rows, key=lambda row: row.control.network)
            ],
        }
    }


def _groups() -> dict[str, str]:
    """Return the title of each group by the `network` of its controls, in the order of the catalog."""
    return {EVERY_NETWORK: "Todas las cuentas", GMAIL: "Correo externo (Gmail)", **dict(network_choices())}


def _control(row: MatrixRow) -> dict[str, Any]:
    control, version = row.control, row.version
    id = control.code.lower()
    return {
        "id": id,
        "class": "procedimiento" if control.origin == "p" else "entidad",
        "title": version.title,
        "props": [{"name": name, "ns": NAMESPACE, "value": value} for name, value in _props(version).items() if value],
        "parts": [
            {"id": f"{id}_smt", "name": "statement", "prose": version.statement},
            {"id": f"{id}_gdn", "name": "guidance", "prose": version.purpose},
            {"id": f"{id}_obj", "name": "assessment-objective", "prose": version.criterion},
            {"id": f"{id}_asm", "name": "assessment-method", "prose": version.evidence},
        ],
    }


def _props(version: ControlVersion) -> dict[str, str]:
    """Return what OSCAL has no field for. The value of a property is one line without spaces around it."""
    values = {
        "tipo": version.kind,
        "periodicidad": version.cadence,
        "responsable": version.get_duty_display(),
        "consecuencia": version.consequence,
        "pantalla": version.screen,
        "asesoria": version.advice,
    }
    return {name: " ".join(value.split()) for name, value in values.items()}
