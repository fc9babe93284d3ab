"""The encodings of pages and feeds, with the names that the web gives them (WHATWG Encoding Standard)."""

import codecs
import re

from pregonero.newsroom.reading.text import WINDOWS_1252

CHARSET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,39}")
XML_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"'>]{0,80})""", re.IGNORECASE)
META_CHARSET = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
# A page that says Latin-1 or ASCII is read as Windows-1252, which has the quotation marks, the dashes and the euro.
SUPERSETS = {
    "iso8859_1": "windows-1252",
    "ascii": "windows-1252",
    "cp1252": "windows-1252",
    "iso8859_9": "windows-1254",
    "iso8859_11": "cp874",
    "tis_620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
# Codecs of Python that no page uses; some take minutes on a long input.
NOT_FOR_PAGES = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape", "utf_7", "undefined"})
XML_DECLARATION_BYTES = 1024
META_BYTES = 4096
BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
FALLBACK = "windows-1252"


def page_charset(name: str) -> str:
    """Return the encoding that the web understands by a name, in lower case, or "" if pages do not use it."""
    codec = _codec_name(name)
    if not CHARSET_NAME.fullmatch(name) or codec in NOT_FOR_PAGES | {""}:
        return ""
    return SUPERSETS.get(codec, name.lower())


def declares_page_charset(body: bytes) -> bool:
    """Return False if an XML document declares an encoding that pages do not use.

    An unknown name gives True: the parser ignores it.
    """
    match = XML_ENCODING.search(body[:XML_DECLARATION_BYTES].replace(b"\0", b""))
    return match is None or _codec_name(match[1].decode("ascii", "replace").strip()) not in NOT_FOR_PAGES


def decode_page(body: bytes, charset: str) -> str:
    """Return the text of an HTML page, decoded with the first of these that can decode it.

    They are its byte order mark, the charset of the response, UTF-8, and the charset that the page itself declares.
    """
    for mark, name in BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    declared = META_CHARSET.search(body[:META_BYTES]) or XML_ENCODING.search(body[:META_BYTES])
    names = (charset, "utf-8", declared[1].decode("ascii", "replace") if declared else "")
    for name in map(page_charset, names):
        try:
            if name:
                return _decode(body, name)
        except ValueError:
            continue
    # A page in UTF-8 that was cut inside a character, or with one wrong byte, is still in UTF-8.
    text = body.decode("utf-8", "replace")
    return text if text.count("\ufffd") * 20 < _count_non_ascii(text) else _decode(body, FALLBACK)


def _decode(body: bytes, name: str) -> str:
    # Five bytes of Windows-1252 are not defined: Python refuses the whole page for them, and browsers do not.
    return body.decode("latin-1").translate(WINDOWS_1252) if name == FALLBACK else body.decode(name)


def _count_non_ascii(text: str) -> int:
    return sum(1 for char in text if char > "\x7f")


def _codec_name(name: str) -> str:
    try:
        return codecs.lookup(name).name.replace("-", "_")
    except (LookupError, ValueError):
        return ""
