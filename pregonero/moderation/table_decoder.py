"""The encoding of a table that a person uploads: recognised, or refused with what to do (never guessed)."""

import codecs
import re

from pregonero.errors import Refused

LARGEST = 4_000_000  # bytes
# What Windows writes for Spanish. Other letters there mean that the file has another encoding.
WINDOWS_SPANISH = re.compile(r"[\x09\x0a\x0d\x20-\x7e áéíóúüñÁÉÍÓÚÜÑ¿¡«»“”‘’–—…°ºª€·\xa0]*\Z")
# In a text of a Mac these bytes are accented letters, and Windows reads them as signs in the middle of a word.
SIGN_IN_WORD = re.compile(r"[^\W\d_][—–…’‘“”ª€º][^\W\d_]")
# UTF-8 that was read as Windows and saved again: "Ã±" for "ñ".
DAMAGED = re.compile("[ÃÂ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|\ufffd")
SAVE_AS_UTF8 = "Guárdalo otra vez como «CSV UTF-8» y súbelo de nuevo."


def decode_table(data: bytes) -> str:
    """Return the text of a table: UTF-8, UTF-16 with its mark, or Windows with Spanish letters only.

    Raises `Refused` for anything else, for a file that is too large, and for one with damaged letters.
    """
    if len(data) > LARGEST:
        raise Refused(f"El archivo pesa más de {LARGEST // 1_000_000} MB: divídelo.")
    text = _decoded(data)
    damaged = DAMAGED.search(text)
    if damaged:
        raise Refused(f"El archivo tiene letras dañadas («{damaged.group()}»). {SAVE_AS_UTF8}")
    if "\x00" in text:
        raise Refused(f"No reconocemos la codificación del archivo. {SAVE_AS_UTF8}")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strictly(data, "utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _strictly(data, "cp1252")
        if not WINDOWS_SPANISH.match(text) or SIGN_IN_WORD.search(text):
            raise Refused(f"No reconocemos la codificación del archivo. {SAVE_AS_UTF8}") from None
        return text


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise Refused(f"No reconocemos la codificación del archivo. {SAVE_AS_UTF8}") from None
