"""Checks of a post against a network's declared limits, before it is sent.

A limit that a network does not declare is not checked. Limits are whole numbers: bytes, pixels, milliseconds, and
thousandths for ratios (width divided by height).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from pregonero.errors import Issue
from pregonero.media.formats import label_of
from pregonero.networks.base import Capabilities, Limit, Medium, Post

MEGABYTE = 1_000_000
REEL = "reel"
PIXELS_420 = {"yuv420p": "4:2:0 de 8 bits", "yuvj420p": "4:2:0 de 8 bits"}
SRGB = "sRGB"
NAMES = {"picture": "La imagen", "video": "El video"}
NAMES_AFTER_DE = {"picture": "de la imagen", "video": "del video"}
PLURALS = {"pictures": "imágenes", "videos": "videos", "gifs": "GIF"}
NEEDS = {"picture": "una imagen", "video": "un video"}
ALSO_SERVES = {"picture": ("picture", "video"), "video": ("video",)}


@dataclass(frozen=True)
class Kinds:
    """The file types that a network accepts: the name of each, by MIME type or by codec."""

    pictures: dict[str, str]
    videos: dict[str, str]
    codecs: dict[str, str] = field(default_factory=dict)  # of video; empty: any
    sounds: dict[str, str] = field(default_factory=dict)  # audio codecs; empty: any
    pixel_formats: dict[str, str] = field(default_factory=dict)  # of video, as FFmpeg names them; empty: any
    sound_profiles: dict[str, str] = field(default_factory=dict)  # of audio codecs; empty: any
    takes_hdr: bool = False  # shows the colours of an HDR video on ordinary screens too

    def accepted_for(self, medium: Medium) -> dict[str, str]:
        """Return the types accepted for a picture or for a video."""
        return self.pictures if medium.kind == "picture" else self.videos

    @property
    def names(self) -> str:
        """Return the names of all the file types: "JPG, PNG, MP4, MOV"."""
        return ", ".join(dict.fromkeys([*self.pictures.values(), *self.videos.values()]))


def number(value: int) -> str:
    """Return a whole number as it is written in Colombia: "5.000"."""
    return f"{value:,}".replace(",", ".")


def decimal(value: float) -> str:
    """Return a number with at most two decimals, as it is written in Colombia: "1,91"."""
    return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",")


def length_issues(
    field: str, caps: Capabilities, used: int, *, limit: str, what: str = "", unit: str = "carácter"
) -> Iterator[Issue]:
    """Yield an issue if a text is too long: "En X sobran 12 caracteres: van 292 de 280.".

    `what` says in which text, if it is not the main one: "el título".
    """
    longest = caps.limits.get(limit)
    if longest is None or used <= longest.value:
        return
    over = used - longest.value
    plural = "caracteres" if unit == "carácter" else f"{unit}s"
    excess = f"sobra 1 {unit}" if over == 1 else f"sobran {number(over)} {plural}"
    place = f" en {what}" if what else ""
    reason = "" if unit == "carácter" else " Las tildes y los emojis ocupan más."
    text = f"En {caps.label} {excess}{place}: van {number(used)} de {number(longest.value)}.{reason}"
    yield Issue(field, "too_long", text)


def media_issues(post: Post, caps: Capabilities, kinds: Kinds) -> Iterator[Issue]:
    """Yield the issues of a post's media: missing ones, too many of them, and those of each one."""
    yield from _missing_media(post, caps)
    yield from _count_issues(post, caps)
    if post.format == REEL and caps.reels_apart and not any(medium.kind == "video" for medium in post.media):
        yield Issue("media", "needs_media", f"Falta el video del reel de {caps.label}.")
    for position, medium in enumerate(post.media, start=1):
        name, prefix = f"{NAMES[medium.kind]} {position}", prefix_of(post.format, medium, caps)
        for issue in _medium_issues(name, medium, caps, kinds, prefix):
            yield replace(issue, field=f"media:{position}")


def _missing_media(post: Post, caps: Capabilities) -> Iterator[Issue]:
    if caps.needs and not any(medium.kind in ALSO_SERVES[caps.needs] for medium in post.media):
        yield Issue("media", "needs_media", f"Falta {NEEDS[caps.needs]} en {caps.label}.")


def _count_issues(post: Post, caps: Capabilities) -> Iterator[Issue]:
    counts = {
        "pictures": sum(medium.kind == "picture" for medium in post.media),
        "gifs": sum(_is_gif(medium) for medium in post.media),
        "videos": sum(medium.kind == "video" for medium in post.media),
    }
    for name, count in counts.items():
        highest = caps.limits.get(name)
        if highest is None or count <= highest.value:
            continue
        if highest.value == 0:
            yield Issue("media", "not_taken", f"{caps.label} no recibe {PLURALS[name]}: quita lo que sobra.")
        else:
            yield Issue("media", "too_many", f"{caps.label} admite {highest.value} {PLURALS[name]} y hay {count}.")
    yield from _combination_issues(counts, len(post.media), caps)


def _combination_issues(counts: dict[str, int], total: int, caps: Capabilities) -> Iterator[Issue]:
    """Yield an issue for a video or GIF together with other files, or for too many files."""
    moving = counts["videos"] + (counts["gifs"] if "gifs" in caps.limits else 0)
    beside_video = caps.limits.get("with_video")
    if beside_video is not None and moving and total - 1 > beside_video.value:
        yield Issue("media", "mixed", f"{caps.label} no mezcla un video o un GIF con otros archivos.")
    highest = caps.limits.get("media")
    if highest is not None and total > highest.value:
        yield Issue("media", "too_many", f"{caps.label} admite {highest.value} archivos y hay {total}.")


def prefix_of(form: str, medium: Medium, caps: Capabilities) -> str:
    """Return the prefix of a medium's limits: "gif" or "reel" if the network has limits for them, or its kind."""
    if _is_gif(medium) and "gif_bytes" in caps.limits:
        return "gif"
    return REEL if medium.kind == "video" and form == REEL and caps.reels_apart else medium.kind


def limit_of(caps: Capabilities, prefix: str, medium: Medium, what: str) -> Limit | None:
    """Return a limit of a medium. A reel without a limit of its own has that of videos."""
    own_limit = caps.limits.get(f"{prefix}_{what}")
    return caps.limits.get(f"{medium.kind}_{what}") if own_limit is None and prefix == REEL else own_limit


def _medium_issues(name: str, medium: Medium, caps: Capabilities, kinds: Kinds, prefix: str) -> Iterator[Issue]:
    accepted = kinds.accepted_for(medium)
    if medium.mime not in accepted:
        if accepted:
            names = ", ".join(dict.fromkeys(accepted.values()))
            yield Issue("media", "wrong_kind", f"{name} es {label_of(medium.mime)}: {caps.label} recibe {names}.")
        return
    yield from _weight_issue(name, medium.size, caps, limit_of(caps, prefix, medium, "bytes"))
    yield from _size_issues(name, medium, caps, prefix)
    yield from _ratio_issue(name, medium, caps, prefix)
    yield from _content_issues(name, medium, caps, kinds, prefix)
    if medium.kind == "video":
        yield from _duration_issues(name, medium, caps, prefix)
        yield from _companion_issues(name, medium, caps)
    yield from length_issues("alt", caps, len(medium.alt), limit="alt", what=f"el texto alternativo {_after_de(name)}")


def _after_de(name: str) -> str:
    """Return a name of `NAMES` with its number after the preposition: "del video 1"."""
    kind = "video" if name.startswith(NAMES["video"]) else "picture"
    return f"{NAMES_AFTER_DE[kind]} {name.rpartition(' ')[2]}"


def _is_gif(medium: Medium) -> bool:
    return medium.mime == "image/gif"


def _companion_issues(name: str, medium: Medium, caps: Capabilities) -> Iterator[Issue]:
    """Yield the issues of a video's thumbnail and captions."""
    for path, limit, what in (
        (medium.thumbnail, "thumbnail_bytes", "La miniatura"),
        (medium.captions, "captions_bytes", "El archivo de subtítulos"),
    ):
        if path is not None:
            yield from _weight_issue(f"{what} {_after_de(name)}", path.stat().st_size, caps, caps.limits.get(limit))


def _weight_issue(name: str, size: int, caps: Capabilities, highest: Limit | None) -> Iterator[Issue]:
    if highest is not None and size > highest.value:
        megabytes, limit = decimal(size / MEGABYTE), decimal(highest.value / MEGABYTE)
        needs_bytes = megabytes == limit  # a file that is a few bytes too heavy: the rounded figures would be equal
        weight = f"{number(size)} bytes" if needs_bytes else f"{megabytes} MB"
        allowed = number(highest.value) if needs_bytes else f"{limit} MB"
        yield Issue("media", "too_heavy", f"{name} pesa {weight}: {caps.label} admite hasta {allowed}.")


def _size_issues(name: str, medium: Medium, caps: Capabilities, prefix: str) -> Iterator[Issue]:
    for side, pixels, direction in (("width", medium.width, "de ancho"), ("height", medium.height, "de alto")):
        lowest = limit_of(caps, prefix, medium, f"min_{side}")
        highest = limit_of(caps, prefix, medium, f"max_{side}")
        lead = f"{name} mide {number(pixels)} píxeles {direction}: {caps.label}"
        if lowest is not None and pixels < lowest.value:
            yield Issue("media", "too_small", f"{lead} necesita al menos {number(lowest.value)}.")
        if highest is not None and pixels > highest.value:
            yield Issue("media", "too_large", f"{lead} admite hasta {number(highest.value)}.")


def _ratio_issue(name: str, medium: Medium, caps: Capabilities, prefix: str) -> Iterator[Issue]:
    lowest, highest = limit_of(caps, prefix, medium, "min_ratio"), limit_of(caps, prefix, medium, "max_ratio")
    if lowest is None or highest is None or not medium.height:
        return
    # Compared without dividing, so that 4:5 is exactly 800 thousandths.
    if lowest.value * medium.height <= medium.width * 1000 <= highest.value * medium.height:
        return
    ratio = decimal(medium.width / medium.height)
    ends = decimal(lowest.value / 1000), decimal(highest.value / 1000)
    accepted = ends[0] if ends[0] == ends[1] else f"entre {ends[0]} y {ends[1]}"
    reason = f"{name} tiene una proporción de {ratio} (ancho entre alto): {caps.label} admite {accepted}."
    yield Issue("media", "wrong_ratio", reason)


def _content_issues(name: str, medium: Medium, caps: Capabilities, kinds: Kinds, prefix: str) -> Iterator[Issue]:
    """Yield the issues of the properties that a decoder read; unknown ones are not checked."""
    traits = medium.traits
    highest = limit_of(caps, prefix, medium, "max_frames")
    if highest is not None and traits.frames > highest.value:
        reason = f"{name} tiene {number(traits.frames)} cuadros: {caps.label} admite {number(highest.value)}."
        yield Issue("media", "too_many_frames", reason)
    if f"{medium.kind}_srgb" in caps.limits and traits.colour not in {"", SRGB}:
        yield Issue("media", "wrong_colour", f"{name} está en color {traits.colour}: {caps.label} pide sRGB.")
    if f"{medium.kind}_moov_first" in caps.limits and traits.moov_first is False:
        yield Issue("media", "index_last", f"{name} lleva su índice al final: {caps.label} lo pide al comienzo.")
    yield from _codec_issue(name, caps, traits.codec, kinds.codecs, "La imagen")
    yield from _codec_issue(name, caps, traits.audio, kinds.sounds, "El sonido")
    yield from _profile_issues(name, medium, caps, kinds)
    yield from _rate_issues(name, medium, caps, prefix)


def _profile_issues(name: str, medium: Medium, caps: Capabilities, kinds: Kinds) -> Iterator[Issue]:
    """Yield the issues of a codec's variants: the format of the colour, the profile and channels of the sound."""
    traits = medium.traits
    if traits.pixel_format and kinds.pixel_formats and traits.pixel_format not in kinds.pixel_formats:
        names = ", ".join(dict.fromkeys(kinds.pixel_formats.values()))
        reason = f"{name} guarda el color en {traits.pixel_format}: {caps.label} recibe {names}."
        yield Issue("media", "wrong_pixels", reason)
    if traits.audio_profile and kinds.sound_profiles and traits.audio_profile not in kinds.sound_profiles:
        names = ", ".join(dict.fromkeys(kinds.sound_profiles.values()))
        reason = f"{name} lleva el sonido en {traits.audio_profile}: {caps.label} recibe {names}."
        yield Issue("media", "wrong_sound", reason)
    if medium.kind == "video" and traits.colour and not kinds.takes_hdr:
        reason = (
            f"{name} está en {traits.colour}: en {caps.label} se vería con los colores apagados. Hay que convertirlo."
        )
        yield Issue("media", "wrong_colour", reason)
    highest = caps.limits.get("video_max_audio_channels")
    if highest is not None and traits.audio_channels > highest.value:
        reason = f"{name} lleva {traits.audio_channels} canales de sonido: {caps.label} admite {highest.value}."
        yield Issue("media", "too_many_channels", reason)


def _codec_issue(name: str, caps: Capabilities, codec: str, accepted: dict[str, str], what: str) -> Iterator[Issue]:
    if codec and accepted and codec not in accepted:
        names = ", ".join(dict.fromkeys(accepted.values()))
        key = "wrong_codec" if what == "La imagen" else "wrong_sound"
        yield Issue("media", key, f"{what} {_after_de(name)} es {codec}: {caps.label} recibe {names}.")


def _rate_issues(name: str, medium: Medium, caps: Capabilities, prefix: str) -> Iterator[Issue]:
    traits = medium.traits
    measures: tuple[tuple[str, float, str, Callable[[float], str]], ...] = (
        ("fps", traits.fps, "cuadros por segundo", decimal),
        ("bit_rate", traits.bit_rate, "Mbit/s", lambda value: decimal(value / MEGABYTE)),
        ("audio_hz", traits.audio_hz, "Hz de sonido", decimal),
    )
    for what, value, unit, as_text in measures:
        lowest = limit_of(caps, prefix, medium, f"min_{what}")
        highest = limit_of(caps, prefix, medium, f"max_{what}")
        lead = f"{name} va a {as_text(value)} {unit}: {caps.label}"
        if value and lowest is not None and round(value, 2) < lowest.value:
            yield Issue("media", "too_slow", f"{lead} pide {as_text(lowest.value)}.")
        if value and highest is not None and round(value, 2) > highest.value:
            yield Issue("media", "too_fast", f"{lead} admite {as_text(highest.value)}.")


def _duration_issues(name: str, medium: Medium, caps: Capabilities, prefix: str) -> Iterator[Issue]:
    lowest, highest = limit_of(caps, prefix, medium, "min_ms"), limit_of(caps, prefix, medium, "max_ms")
    milliseconds = medium.seconds * 1000
    lead = f"{name} dura {decimal(medium.seconds)} segundos: {caps.label}"
    if lowest is not None and 0 < milliseconds < lowest.value:
        yield Issue("media", "too_short", f"{lead} necesita al menos {decimal(lowest.value / 1000)}.")
    if highest is not None and milliseconds > highest.value:
        yield Issue("media", "too_long", f"{lead} admite hasta {decimal(highest.value / 1000)}.")
