"""Checks of a post against the limits of a network, before it is sent; the issues are in Spanish.

A limit that a network does not declare is not checked. Values are whole numbers: bytes, pixels,
milliseconds, and thousandths of width by height.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from pregonero.errors import Issue
from pregonero.networks.base import Capabilities, Limit, Medium, Post

MEGABYTE = 1_000_000
REEL = "reel"
SRGB = "sRGB"
NAMES = {"picture": "La imagen", "video": "El video"}
PLURALS = {"pictures": "imágenes", "videos": "videos", "gifs": "GIF"}
NEEDS = {"picture": "una imagen", "video": "un video"}
ALSO_SERVES = {"picture": ("picture", "video"), "video": ("video",)}


@dataclass(frozen=True)
class Kinds:
    """The file types that a network accepts: the common name of each MIME type."""

    pictures: dict[str, str]
    videos: dict[str, str]
    codecs: dict[str, str] = field(default_factory=dict)  # of a video; empty: any
    sounds: dict[str, str] = field(default_factory=dict)

    def of(self, medium: Medium) -> dict[str, str]:
        """Return the accepted types of pictures, or of videos, as the medium is."""
        return self.pictures if medium.kind == "picture" else self.videos


def number(value: int) -> str:
    """Return a whole number as it is written in Colombia: 5.000."""
    return f"{value:,}".replace(",", ".")


def decimal(value: float) -> str:
    """Return a number with at most two decimals: 1,91."""
    return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",")


def too_long(
    field: str, caps: Capabilities, used: int, *, limit: str, what: str, unit: str = "carácter"
) -> Iterator[Issue]:
    """Yield an issue with the excess over a limit: "Sobran 12 caracteres: X admite 280 y el texto cuenta 292."."""
    found = caps.limits.get(limit)
    if found is None or used <= found.value:
        return
    over = used - found.value
    plural = "caracteres" if unit == "carácter" else f"{unit}s"
    lead = f"Sobra 1 {unit}" if over == 1 else f"Sobran {number(over)} {plural}"
    verb = "cuenta" if unit == "carácter" else "ocupa"
    yield Issue(field, "too_long", f"{lead}: {caps.label} admite {number(found.value)} y {what} {verb} {number(used)}.")


def media(post: Post, caps: Capabilities, kinds: Kinds) -> Iterator[Issue]:
    """Yield the issues of a post's media: what is missing, how many there are, and each of them."""
    yield from _needed(post, caps)
    yield from _how_many(post, caps)
    if post.format == REEL and caps.reels_apart and not any(medium.kind == "video" for medium in post.media):
        yield Issue("media", "needs_media", f"Un reel de {caps.label} necesita un video.")
    for at, medium in enumerate(post.media, start=1):
        for issue in _one(f"{NAMES[medium.kind]} {at}", medium, caps, kinds, prefix_of(post.format, medium, caps)):
            yield replace(issue, field=f"media:{at}")


def _needed(post: Post, caps: Capabilities) -> Iterator[Issue]:
    if caps.needs and not any(medium.kind in ALSO_SERVES[caps.needs] for medium in post.media):
        yield Issue("media", "needs_media", f"{caps.label} necesita {NEEDS[caps.needs]}.")


def _how_many(post: Post, caps: Capabilities) -> Iterator[Issue]:
    counts = {
        "pictures": sum(medium.kind == "picture" for medium in post.media),
        "gifs": sum(_is_gif(medium) for medium in post.media),
        "videos": sum(medium.kind == "video" for medium in post.media),
    }
    for name, count in counts.items():
        most = caps.limits.get(name)
        if most is None or count <= most.value:
            continue
        if most.value == 0:
            yield Issue("media", "not_taken", f"{caps.label} no recibe {PLURALS[name]} en una publicación.")
        else:
            yield Issue("media", "too_many", f"{caps.label} admite {most.value} {PLURALS[name]} y hay {count}.")
    yield from _mixed(counts, len(post.media), caps)


def _mixed(counts: dict[str, int], total: int, caps: Capabilities) -> Iterator[Issue]:
    moving = counts["videos"] + (counts["gifs"] if "gifs" in caps.limits else 0)
    alone = caps.limits.get("with_video")
    if alone is not None and moving and total - 1 > alone.value:
        yield Issue("media", "mixed", f"{caps.label} no mezcla un video o un GIF con otros archivos.")
    most = caps.limits.get("media")
    if most is not None and total > most.value:
        yield Issue("media", "too_many", f"{caps.label} admite {most.value} archivos y hay {total}.")


def prefix_of(form: str, medium: Medium, caps: Capabilities) -> str:
    """Return the prefix of the limits that apply to a medium: "gif", "reel", "picture" or "video"."""
    if _is_gif(medium) and "gif_bytes" in caps.limits:
        return "gif"
    return REEL if medium.kind == "video" and form == REEL and caps.reels_apart else medium.kind


def limit_of(caps: Capabilities, prefix: str, medium: Medium, what: str) -> Limit | None:
    """Return a limit of a medium; a reel without a limit of its own has that of a video."""
    found = caps.limits.get(f"{prefix}_{what}")
    return caps.limits.get(f"{medium.kind}_{what}") if found is None and prefix == REEL else found


def _one(name: str, medium: Medium, caps: Capabilities, kinds: Kinds, prefix: str) -> Iterator[Issue]:
    taken = kinds.of(medium)
    if medium.mime not in taken:
        if taken:
            names = ", ".join(dict.fromkeys(taken.values()))
            yield Issue("media", "wrong_kind", f"{name} no es de un tipo que {caps.label} reciba ({names}).")
        return
    yield from _weight(name, medium.size, caps, limit_of(caps, prefix, medium, "bytes"))
    yield from _sides(name, medium, caps, prefix)
    yield from _ratio(name, medium, caps, prefix)
    yield from _inside(name, medium, caps, kinds, prefix)
    if medium.kind == "video":
        yield from _duration(name, medium, caps, prefix)
        yield from _beside(name, medium, caps)
    yield from too_long("alt", caps, len(medium.alt), limit="alt", what=f"el texto alternativo de {name.lower()}")


def _is_gif(medium: Medium) -> bool:
    return medium.mime == "image/gif"


def _beside(name: str, medium: Medium, caps: Capabilities) -> Iterator[Issue]:
    """Yield the issues of a video's thumbnail and captions."""
    for path, limit, what in (
        (medium.thumbnail, "thumbnail_bytes", "La miniatura"),
        (medium.captions, "captions_bytes", "El archivo de subtítulos"),
    ):
        if path is not None:
            yield from _weight(f"{what} de {name.lower()}", path.stat().st_size, caps, caps.limits.get(limit))


def _weight(name: str, size: int, caps: Capabilities, most: Limit | None) -> Iterator[Issue]:
    if most is not None and size > most.value:
        # Rounded to hundredths, a file one byte too large would seem to fit: then the message has the bytes.
        weight_mb, limit = decimal(size / MEGABYTE), decimal(most.value / MEGABYTE)
        exact = weight_mb == limit
        weight = f"{number(size)} bytes" if exact else f"{weight_mb} MB"
        allowed = f"{number(most.value)}" if exact else f"{limit} MB"
        yield Issue("media", "too_heavy", f"{name} pesa {weight}: {caps.label} admite hasta {allowed}.")


def _sides(name: str, medium: Medium, caps: Capabilities, prefix: str) -> Iterator[Issue]:
    for side, pixels, words in (("width", medium.width, "de ancho"), ("height", medium.height, "de alto")):
        least = limit_of(caps, prefix, medium, f"min_{side}")
        most = limit_of(caps, prefix, medium, f"max_{side}")
        size = f"{name} mide {number(pixels)} píxeles {words}: {caps.label}"
        if least is not None and pixels < least.value:
            yield Issue("media", "too_small", f"{size} necesita al menos {number(least.value)}.")
        if most is not None and pixels > most.value:
            yield Issue("media", "too_large", f"{size} admite hasta {number(most.value)}.")


def _ratio(name: str, medium: Medium, caps: Capabilities, prefix: str) -> Iterator[Issue]:
    least, most = limit_of(caps, prefix, medium, "min_ratio"), limit_of(caps, prefix, medium, "max_ratio")
    if least is None or most is None or not medium.height:
        return
    # Compared without dividing: 4:5 is exactly 800 thousandths.
    if least.value * medium.height <= medium.width * 1000 <= most.value * medium.height:
        return
    ratio = decimal(medium.width / medium.height)
    lowest, highest = decimal(least.value / 1000), decimal(most.value / 1000)
    between = lowest if lowest == highest else f"entre {lowest} y {highest}"
    yield Issue(
        "media", "wrong_ratio",
        f"{name} tiene una proporción de {ratio} (ancho entre alto): {caps.label} admite {between}.",
    )  # fmt: skip


def _inside(name: str, medium: Medium, caps: Capabilities, kinds: Kinds, prefix: str) -> Iterator[Issue]:
    """Yield the issues of the traits that a decoder read; traits that were not read are not checked."""
    traits = medium.traits
    most = limit_of(caps, prefix, medium, "max_frames")
    if most is not None and traits.frames > most.value:
        problem = f"{name} tiene {number(traits.frames)} cuadros: {caps.label} admite {number(most.value)}."
        yield Issue("media", "too_many_frames", problem)
    if f"{medium.kind}_srgb" in caps.limits and traits.colour not in {"", SRGB}:
        yield Issue("media", "wrong_colour", f"{name} está en color {traits.colour}: {caps.label} pide sRGB.")
    if f"{medium.kind}_moov_first" in caps.limits and traits.moov_first is False:
        words = f"{name} lleva su índice al final: {caps.label} lo pide al comienzo."
        yield Issue("media", "index_last", words)
    yield from _coded(name, caps, traits.codec, kinds.codecs, "El video")
    yield from _coded(name, caps, traits.audio, kinds.sounds, "El sonido")
    yield from _pace(name, medium, caps, prefix)


def _coded(name: str, caps: Capabilities, codec: str, taken: dict[str, str], what: str) -> Iterator[Issue]:
    if codec and taken and codec not in taken:
        names = ", ".join(dict.fromkeys(taken.values()))
        key = "wrong_codec" if what == "El video" else "wrong_sound"
        yield Issue("media", key, f"{what} de {name.lower()} es {codec}: {caps.label} recibe {names}.")


def _pace(name: str, medium: Medium, caps: Capabilities, prefix: str) -> Iterator[Issue]:
    traits = medium.traits
    measures: tuple[tuple[str, float, str, Callable[[float], str]], ...] = (
        ("fps", traits.fps, "cuadros por segundo", decimal),
        ("bit_rate", traits.bit_rate, "Mbit/s", lambda value: decimal(value / MEGABYTE)),
        ("audio_hz", traits.audio_hz, "Hz de sonido", decimal),
    )
    for what, value, unit, formatted in measures:
        least = limit_of(caps, prefix, medium, f"min_{what}")
        most = limit_of(caps, prefix, medium, f"max_{what}")
        if value and least is not None and round(value, 2) < least.value:
            lowest = formatted(least.value)
            yield Issue("media", "too_slow", f"{name} va a {formatted(value)} {unit}: {caps.label} pide {lowest}.")
        if value and most is not None and round(value, 2) > most.value:
            yield Issue(
                "media",
                "too_fast",
                f"{name} va a {formatted(value)} {unit}: {caps.label} admite {formatted(most.value)}.",
            )


def _duration(name: str, medium: Medium, caps: Capabilities, prefix: str) -> Iterator[Issue]:
    least, most = limit_of(caps, prefix, medium, "min_ms"), limit_of(caps, prefix, medium, "max_ms")
    milliseconds, duration = medium.seconds * 1000, f"{name} dura {decimal(medium.seconds)} segundos: {caps.label}"
    if least is not None and milliseconds < least.value:
        yield Issue("media", "too_short", f"{duration} necesita al menos {decimal(least.value / 1000)}.")
    if most is not None and milliseconds > most.value:
        yield Issue("media", "too_long", f"{duration} admite hasta {decimal(most.value / 1000)}.")


def all_of(*groups: Iterable[Issue]) -> list[Issue]:
    """Return the issues of several checks, in order."""
    return [issue for group in groups for issue in group]
