"""Why a device seems strange: what the entity knows of its devices, places and hours, compared with what was seen."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from pregonero.controls.device_list import Device
from pregonero.controls.device_models import KnownAccess, KnownKind
from pregonero.controls.plain_words import plain

OF_NO_MEANING = frozenset({"en", "on", "con", "de", "del", "la", "el", "for", "para", "navegador", "browser", "app"})
WORDS = re.compile(r"\w+")
CITY_NAMES = {"bogota d c": "bogota", "bogota dc": "bogota", "santafe de bogota": "bogota"}


@dataclass(frozen=True)
class KnownUse:
    """The devices, places and hours that an entity knows now."""

    devices: tuple[KnownAccess, ...]
    places: tuple[KnownAccess, ...]
    hours: tuple[KnownAccess, ...]


def known_use(rows: Collection[KnownAccess]) -> KnownUse:
    """Return what an entity knows, told apart by kind."""
    of_kind = {kind: tuple(row for row in rows if row.kind == kind) for kind in KnownKind}
    return KnownUse(of_kind[KnownKind.DEVICE], of_kind[KnownKind.PLACE], of_kind[KnownKind.HOURS])


def why_strange(device: Device, known: KnownUse, *, now: datetime) -> str:
    """Return why a device seems strange, in Spanish; empty when its device, place and hour are usual."""
    return " ".join(filter(None, (_device(device, known), _place(device, known), _hour(device, known, now))))


def _device(device: Device, known: KnownUse) -> str:
    if not device.kind:
        return "La lista no dice qué dispositivo es."
    if any(_same_device(row.text, device.kind) for row in known.devices):
        return ""
    return f"«{device.kind}» no es un dispositivo conocido."


def _same_device(known: str, seen: str) -> bool:
    """Return whether all the words of one are in the other: a page may say less, or more, than the entity wrote."""
    ours, theirs = (set(WORDS.findall(plain(text))) - OF_NO_MEANING for text in (known, seen))
    return bool(ours and theirs) and (ours <= theirs or theirs <= ours)


def _place(device: Device, known: KnownUse) -> str:
    if not device.place:
        return "La lista no dice desde dónde."
    if any(_same_place(row.text, device.place) for row in known.places):
        return ""
    return f"«{device.place}» no es un lugar conocido."


def _same_place(known: str, seen: str) -> bool:
    """Return whether it is the same city, and the same country when both say it; a country alone is no city."""
    ours, theirs = _parts_of_place(known), _parts_of_place(seen)
    if not ours or not theirs:
        return False
    if len(ours) == 1 or len(theirs) == 1:
        return ours[0] == theirs[0]
    return ours[0] == theirs[0] and ours[-1] == theirs[-1]


def _parts_of_place(text: str) -> list[str]:
    parts = [" ".join(WORDS.findall(part)) for part in plain(text).split(",")]
    return [CITY_NAMES.get(part, part) for part in parts if part]


def _hour(device: Device, known: KnownUse, now: datetime) -> str:
    moment = device.moment
    if moment is None:
        return f"No se entiende cuándo fue: «{device.when}»." if device.when else "La lista no dice cuándo."
    if moment.at > now:
        return "La fecha está en el futuro."
    if not moment.is_exact or not known.hours:
        return ""
    at = timezone.localtime(moment.at).time()
    for row in known.hours:
        start, end = row.starts_at, row.ends_at
        if start and end and (start <= at <= end if start <= end else at >= start or at <= end):
            return ""
    return f"A las {at:%H:%M} no se usa esta cuenta."
