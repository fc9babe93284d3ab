"""The devices of a list copied from Google, X or Instagram, in Spanish or English, or typed one on each line.

Each page writes a device in several lines (what it is, the place, when) in an order of its own, so that lines are
told apart by what they say. A line that says none of the three is returned, so that no device is lost in silence.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime

from pregonero.controls.device_moments import Moment, read_moment
from pregonero.controls.plain_words import plain
from pregonero.errors import Refused

MOST_LINES = 400
MOST_DEVICES = 100
LONGEST_LINE = 500
LONGEST_PART = 120

PARTS = re.compile(r"\s*(?:[·•|;\t]| — | – | - )\s*")
DEVICE = re.compile(
    r"\b(windows|mac|macos|macbook|mac os x|imac|os x|iphone|ipad|ipados|ios|android|linux|ubuntu|chromebook|chromeos"
    r"|samsung|galaxy|xiaomi|redmi|poco|huawei|honor|motorola|moto|oppo|vivo|pixel|realme|nokia|tecno|infinix|lg"
    r"|pc|tablet|computador|computadora|portatil|laptop|desktop|celular|telefono|phone|smart tv"
    r"|dispositivo desconocido|unknown device)\b"
)
BROWSER = re.compile(r"\b(chrome|safari|firefox|edge|opera|brave|samsung internet|instagram|app|twitter)\b")
COUNT = re.compile(r"^\d+ (?:sesion|session|dispositivo|device)")
HEADING = re.compile(
    rf"{COUNT.pattern}|cerrar (?:la |las |otras |todas las )?sesi|\blog ?out\b|\bsign ?out\b"
    r"|tus dispositivos|your devices|iniciaste sesion|has iniciado sesion|sesion(?:es)? iniciada|signed in|logged in"
    r"|^(?:active |other )?sessions?$|^(?:otras )?sesiones(?: activas)?$|inicios? de sesion|logins?$|login activity"
    r"|no reconoces|recognize|mas informacion|learn more|ver (?:mas|menos|detalles)|see (?:more|less|details)"
    r"|seleccionar|select devices|^(?:cuentas|accounts|instagram|facebook|google|x)$|^(?:activo|active)$"
)
PLACE = re.compile(r"[^\W\d_][^\d_;:!?<>{}]*,[^\d_;:!?<>{}]*[^\W\d_].*")
LABELLED = re.compile(r"^(?:ubicacion|location|lugar|cerca de|near)\s*:?\s+", re.IGNORECASE)
NO_PLACE = re.compile(r"ubicacion (?:desconocida|no disponible)|(?:unknown location|location unavailable)")


@dataclass(frozen=True)
class Device:
    """A device of the list: what it is, where and when, each as the page writes it; `moment` is empty if unread."""

    kind: str = ""
    place: str = ""
    when: str = ""
    moment: Moment | None = None


@dataclass
class DeviceList:
    """The devices of a list, and the lines that were not understood."""

    devices: list[Device] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def read_devices(text: str, *, now: datetime) -> DeviceList:
    """Return the devices of a list. Raises `Refused` when it has none, or too many lines or devices."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise Refused(f"La lista tiene más de {MOST_LINES} líneas: pega solo la parte de los dispositivos.")
    found, current = DeviceList(), Device()
    for line in lines:
        for fact in _facts(line, now):
            if fact.name == "unread":
                found.unread.append(fact.text)
                continue
            if _starts_another(current, fact):
                _add(found, current)
                current = Device()
            current = _with(current, fact)
    _add(found, current)
    if not found.devices:
        raise Refused(
            "No se reconoce ningún dispositivo. Copia la lista con la página en español o en inglés, o escribe uno en"
            " cada línea: dispositivo; lugar; fecha y hora."
        )
    if len(found.devices) > MOST_DEVICES:
        raise Refused(f"La lista tiene más de {MOST_DEVICES} dispositivos: revísala por partes.")
    return found


@dataclass(frozen=True)
class _Fact:
    """What a part of a line says: the name of the field of `Device`, or "unread"."""

    name: str
    text: str
    moment: Moment | None = None


def _facts(line: str, now: datetime) -> list[_Fact]:
    """Return what the parts of a line say. In a line with a device and a moment, the part left is the place."""
    if len(line) > LONGEST_LINE:
        return [_Fact("unread", line[:LONGEST_PART])]
    facts = [fact for part in PARTS.split(line) if part for fact in [_fact(part, now)] if fact is not None]
    names = [fact.name for fact in facts]
    if sorted(names) == ["kind", "unread", "when"]:
        return [replace(fact, name="place") if fact.name == "unread" else fact for fact in facts]
    return facts


def _fact(part: str, now: datetime) -> _Fact | None:
    """Return what a part of a line says; None for the titles and buttons of the page."""
    words, moment, labelled = plain(part), read_moment(part, now=now), LABELLED.sub("", part)
    is_device = bool(DEVICE.search(words)) and not COUNT.match(words)
    if moment is not None:
        return _Fact("when", part[:LONGEST_PART], moment)
    if HEADING.search(words) and not is_device:
        return None
    if len(part) > LONGEST_PART:
        return _Fact("unread", part[:LONGEST_PART])
    if labelled != part or NO_PLACE.search(words):
        return _Fact("place", labelled)
    if is_device or BROWSER.search(words):
        return _Fact("kind", part)
    return _Fact("place" if PLACE.fullmatch(part) else "unread", part)


def _starts_another(current: Device, fact: _Fact) -> bool:
    """Return whether a fact belongs to the next device, because the current one has it already."""
    if fact.name == "kind":
        is_another = DEVICE.search(plain(fact.text)) or BROWSER.search(plain(current.kind))
        return bool(current.kind and (current.place or current.when) and is_another)
    if fact.name == "when":  # a page says "this device" and "active now" of the same one
        return bool(current.when) and fact.moment != current.moment
    return bool(current.place)


def _with(current: Device, fact: _Fact) -> Device:
    if fact.name == "kind":
        if fact.text == current.kind:  # the title of a group, then its first device
            return current
        return replace(current, kind=", ".join(filter(None, (current.kind, fact.text)))[:LONGEST_PART])
    if fact.name == "place":
        return replace(current, place=fact.text)
    return replace(current, when=current.when or fact.text, moment=fact.moment)


def _add(found: DeviceList, device: Device) -> None:
    """Add a device; a heading alone, such as the group "Windows" of Google, is none."""
    if device.place or device.when:
        found.devices.append(device)
