"""Removal of the metadata of an animation, block by block: its frames, times and repetitions stay as they are."""

from collections.abc import Callable, Iterator

from pregonero.media.errors import MalformedFile

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_METADATA = {b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"}
WEBP_METADATA = {b"EXIF", b"XMP "}
WEBP_METADATA_FLAGS = 0x0C  # of the VP8X chunk: there is EXIF, there is XMP
GIF_EXTENSION, GIF_IMAGE, GIF_END = 0x21, 0x2C, 0x3B
GIF_COMMENT, GIF_PLAIN_TEXT, GIF_APPLICATION = 0xFE, 0x01, 0xFF
GIF_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")  # the applications whose block says how often it repeats
GIF_HEADER_BYTES, GIF_IMAGE_BYTES = 13, 10


def without_metadata(data: bytes, image_format: str) -> bytes:
    """Return an animated PNG, WebP or GIF without its metadata, and without anything after its end."""
    try:
        return _CLEANERS[image_format](data)
    except IndexError as error:
        raise MalformedFile("La animación está dañada o llegó incompleta.") from error


def _clean_png(data: bytes) -> bytes:
    kept = bytearray(PNG_SIGNATURE)
    position = len(PNG_SIGNATURE)
    while position + 12 <= len(data):
        kind = data[position + 4 : position + 8]
        end = position + 12 + int.from_bytes(data[position : position + 4], "big")
        if kind not in PNG_METADATA:
            kept += data[position:end]
        if kind == b"IEND":
            break
        position = end
    return bytes(kept)


def _clean_webp(data: bytes) -> bytes:
    kept = bytearray()
    position, end_of_file = 12, 8 + int.from_bytes(data[4:8], "little")
    while position + 8 <= min(end_of_file, len(data)):
        kind = data[position : position + 4]
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        end = position + 8 + size + size % 2
        if kind == b"VP8X":
            flags = data[position + 8] & ~WEBP_METADATA_FLAGS
            kept += data[position : position + 8] + bytes([flags]) + data[position + 9 : end]
        elif kind not in WEBP_METADATA:
            kept += data[position:end]
        position = end
    return b"RIFF" + (len(kept) + 4).to_bytes(4, "little") + b"WEBP" + bytes(kept)


def _clean_gif(data: bytes) -> bytes:
    start = GIF_HEADER_BYTES + _colour_table_bytes(data[10])
    kept = bytearray(data[:start])
    for block in _gif_blocks(data, start):
        if block[0] != GIF_EXTENSION or _is_needed(block):
            kept += block
    return bytes(kept)


def _is_needed(block: bytes) -> bool:
    if block[1] == GIF_APPLICATION:
        return block[3:14] in GIF_LOOPS
    return block[1] not in {GIF_COMMENT, GIF_PLAIN_TEXT}


def _gif_blocks(data: bytes, position: int) -> Iterator[bytes]:
    """Yield the blocks of a GIF after its header, up to its end."""
    while data[position] != GIF_END:
        if data[position] == GIF_EXTENSION:
            end = _end_of_parts(data, position + 2)
        elif data[position] == GIF_IMAGE:
            # The colour table and one byte, the size of the codes, stand before the parts of the image.
            end = _end_of_parts(data, position + GIF_IMAGE_BYTES + _colour_table_bytes(data[position + 9]) + 1)
        else:
            raise MalformedFile("La animación está dañada o llegó incompleta.")
        yield data[position:end]
        position = end
    yield data[position : position + 1]


def _end_of_parts(data: bytes, position: int) -> int:
    while data[position]:
        position += 1 + data[position]
    return position + 1


def _colour_table_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


_CLEANERS: dict[str, Callable[[bytes], bytes]] = {"PNG": _clean_png, "WEBP": _clean_webp, "GIF": _clean_gif}
