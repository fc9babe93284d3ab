"""What a file is, by its first bytes: the formats that are received, and the names in Spanish of those that are not."""

from dataclasses import dataclass

HEAD_BYTES = 4096  # enough for every signature, and for the names inside an Office document

PICTURE_NAMES = "JPEG, PNG, GIF, WebP, HEIC o AVIF"
VIDEO_NAMES = "MP4, MOV, WebM, MKV o AVI"
CAPTIONS_NAMES = "WebVTT (.vtt) o SubRip (.srt)"


@dataclass(frozen=True)
class FileFormat:
    """A format. `kind` is "picture" or "video" when it is received, and "" when it is not.

    `label` completes the sentence "El archivo es …". `decoder` is the name in Pillow or the demuxer of FFmpeg.
    """

    label: str
    kind: str = ""
    mime: str = ""
    extension: str = ""
    decoder: str = ""


JPEG = FileFormat("una imagen JPEG", "picture", "image/jpeg", "jpg", "JPEG")
PNG = FileFormat("una imagen PNG", "picture", "image/png", "png", "PNG")
GIF = FileFormat("una imagen GIF", "picture", "image/gif", "gif", "GIF")
WEBP = FileFormat("una imagen WebP", "picture", "image/webp", "webp", "WEBP")
HEIC = FileFormat("una imagen HEIC", "picture", "image/heic", "heic", "HEIF")
AVIF = FileFormat("una imagen AVIF", "picture", "image/avif", "avif", "AVIF")
MP4 = FileFormat("un video MP4", "video", "video/mp4", "mp4", "mp4")
MOV = FileFormat("un video MOV", "video", "video/quicktime", "mov", "mov")
WEBM = FileFormat("un video WebM", "video", "video/webm", "webm", "matroska")
MKV = FileFormat("un video MKV", "video", "video/x-matroska", "mkv", "matroska")
AVI = FileFormat("un video AVI", "video", "video/x-msvideo", "avi", "avi")
FORMATS = (JPEG, PNG, GIF, WEBP, HEIC, AVIF, MP4, MOV, WEBM, MKV, AVI)
NEEDS_JPEG = {HEIC.mime, AVIF.mime}  # no network takes them: they are converted when they arrive

# Formats that no network takes: the first bytes, and where they stand.
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF", "un documento PDF"),
    (0, b"{\\rtf", "un documento RTF"),
    (0, b"\xd0\xcf\x11\xe0", "un documento de Office"),
    (8, b"WAVE", "un sonido WAV"),
    (0, b"ID3", "un sonido MP3"),
    (0, b"\xff\xfb", "un sonido MP3"),
    (0, b"\xff\xf3", "un sonido MP3"),
    (0, b"\xff\xf1", "un sonido AAC"),
    (0, b"fLaC", "un sonido FLAC"),
    (0, b"#!AMR", "un sonido AMR"),
    (8, b"AIFF", "un sonido AIFF"),
    (0, b"OggS", "un archivo OGG"),
    (0, b"FLV\x01", "un video FLV"),
    (0, b"\x30\x26\xb2\x75", "un video WMV"),
    (0, b"\x00\x00\x01\xba", "un video MPEG"),
    (0, b"\x00\x00\x01\xb3", "un video MPEG"),
    (0, b".RMF", "un video RealMedia"),
    (0, b"II*\x00", "una imagen TIFF"),
    (0, b"MM\x00*", "una imagen TIFF"),
    (0, b"8BPS", "una imagen de Photoshop"),
    (0, b"\x00\x00\x01\x00", "un ícono ICO"),
    (0, b"\xff\x0a", "una imagen JPEG XL"),
    (4, b"JXL ", "una imagen JPEG XL"),
    (4, b"jP  ", "una imagen JPEG 2000"),
    (0, b"Rar!", "un archivo comprimido RAR"),
    (0, b"7z\xbc\xaf", "un archivo comprimido 7z"),
    (0, b"\x1f\x8b", "un archivo comprimido GZ"),
    (0, b"MZ", "un programa"),
    (0, b"\x7fELF", "un programa"),
    (0, b"BM", "una imagen BMP"),
)
_OFFICE = ((b"word/", "un documento de Word"), (b"xl/", "una hoja de Excel"), (b"ppt/", "una presentación"))
_MPEG_TS_PACKET = 188
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"mif2", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis", b"avio"}
_SOUND_BRANDS = {b"M4A ", b"M4B ", b"M4P "}
_MAX_BRANDS_BYTES = 256


def format_of(head: bytes) -> FileFormat | None:
    """Return the format of a file from its first `HEAD_BYTES`, or None when it is not known."""
    for signature, known in ((b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG), (b"GIF8", GIF)):
        if head.startswith(signature):
            return known
    if head[:4] == b"RIFF" and head[8:12] in {b"WEBP", b"AVI "}:
        return WEBP if head[8:12] == b"WEBP" else AVI
    if head[4:8] == b"ftyp":
        return _iso_format(head)
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return MKV if b"matroska" in head[:64] else WEBM
    return _unsupported(head)


def _iso_format(head: bytes) -> FileFormat:
    """Return the format of an ISO base media file: its brands tell pictures, sounds and videos apart."""
    size = min(int.from_bytes(head[:4], "big"), _MAX_BRANDS_BYTES)
    major, compatible = head[8:12], {head[start : start + 4] for start in range(16, size, 4)}
    if major in _AVIF_BRANDS:
        return AVIF
    if major in _HEIF_BRANDS:
        return AVIF if compatible & _AVIF_BRANDS and not compatible & (_HEIF_BRANDS - {b"mif1", b"msf1"}) else HEIC
    if major in _SOUND_BRANDS:
        return FileFormat("un sonido M4A")
    if major == b"crx ":
        return FileFormat("una foto sin revelar (CR3)")
    return MOV if major[:2] == b"qt" else MP4


def _unsupported(head: bytes) -> FileFormat | None:
    for offset, signature, label in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return FileFormat(label)
    if head[:4] == b"PK\x03\x04":
        return FileFormat(next((label for name, label in _OFFICE if name in head), "un archivo comprimido ZIP"))
    if head[:1] == b"G" and head[_MPEG_TS_PACKET : _MPEG_TS_PACKET + 1] == b"G":
        return FileFormat("un video MPEG")
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(b"<svg") or (text.startswith((b"<?xml", b"<!--", b"<!doctype svg")) and b"<svg" in text):
        return FileFormat("una imagen SVG")
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return FileFormat("una página web")
    return FileFormat("un archivo XML") if text.startswith(b"<?xml") else None


def label_of(mime: str) -> str:
    """Return how a format of a stored file is named on screen: "WebM"; the MIME type when it is not known."""
    return next((known.label.split()[-1] for known in FORMATS if known.mime == mime), mime.partition("/")[2].upper())
