"""The words of a title in Spanish: stems without accents, and which of them name somebody or something."""

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:[-'][^\W\d_]+)*")
SENTENCE_START = re.compile(r"(?:^|[.:;!?¿¡«\"“(|–—-])\s*$")
SHORTEST = 3  # letters of a word that says something, but for names in capitals such as "EE" or "UE"
NOT_NAMES = frozenset(
    [
        "el",
        "la",
        "los",
        "las",
        "un",
        "una",
        "lo",
        "al",
        "del",
        "de",
        "en",
        "y",
        "e",
        "o",
        "u",
        "que",
        "se",
        "su",
        "sus",
        "con",
        "por",
        "para",
        "como",
        "mas",
        "pero",
        "sin",
        "sobre",
        "entre",
        "desde",
        "hasta",
        "este",
        "esta",
        "estos",
        "estas",
        "ese",
        "esa",
        "esos",
        "esas",
        "aquel",
        "ya",
        "no",
        "si",
        "es",
        "son",
        "fue",
        "fueron",
        "ser",
        "sera",
        "seran",
        "ha",
        "han",
        "hay",
        "habia",
        "tras",
        "ante",
        "bajo",
        "contra",
        "segun",
        "durante",
        "mediante",
        "asi",
        "tambien",
        "solo",
        "cada",
        "todo",
        "toda",
        "todos",
        "todas",
        "otro",
        "otra",
        "otros",
        "otras",
        "cuando",
        "donde",
        "cual",
        "quien",
        "cuyo",
        "porque",
        "pues",
        "aunque",
        "mientras",
        "luego",
        "entonces",
        "dia",
        "dias",
        "ano",
        "anos",
        "mes",
        "meses",
        "semana",
        "hoy",
        "ayer",
        "manana",
        "lunes",
        "martes",
        "miercoles",
        "jueves",
        "viernes",
        "sabado",
        "domingo",
        "nuevo",
        "nueva",
        "nuevos",
        "nuevas",
        "gran",
        "grande",
        "primer",
        "primera",
        "segundo",
        "dijo",
        "dice",
        "anuncio",
        "informo",
        "asi",
        "estos",
        "millones",
        "miles",
        "mil",
        "ciento",
        "tiene",
        "tienen",
        "tendra",
        "puede",
        "pueden",
        "podra",
        "debe",
        "deben",
        "hace",
        "hacer",
        "hizo",
        "dar",
        "dio",
        "vez",
        "veces",
        "parte",
        "muy",
        "menos",
        "mayor",
        "menor",
        "le",
        "les",
        "nos",
        "me",
        "mi",
        "te",
        "tu",
        "ella",
        "ellos",
        "ellas",
        "usted",
        "ustedes",
        "estan",
        "esta",
        "estaba",
        "sea",
        "sean",
        "sido",
        "era",
        "eran",
        "conozca",
        "video",
        "fotos",
        "foto",
        "vivo",
        "atencion",
        "ultima",
        "hora",
        "noticia",
        "noticias",
        "pais",
        "paises",
        "colombia",
        "colombiano",
        "colombiana",
        "colombianos",
        "colombianas",
        "nacional",
        "gobierno",
    ]
)

_STEMMER = snowballstemmer.stemmer("spanish")


def fold(text: str) -> str:
    """Return a text in lower case and without accents; the ñ becomes an n."""
    return unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return the stem of a word, without accents."""
    return fold(_STEMMER.stemWord(word.lower()))


def stems(text: str) -> list[str]:
    """Return the stems of the words of a text that say something, in order, numbers included."""
    return [stem(word) for word in WORD.findall(text) if _says_something(word)]


def names(text: str) -> set[str]:
    """Return the stems of the names and figures of a text: capitals inside a sentence, acronyms and numbers."""
    found = set()
    for match in WORD.finditer(text):
        word = match.group()
        if word[0].isdigit():
            found.add(word)
        elif word[0].isupper() and _says_something(word) and (word.isupper() or not _starts_sentence(text, match)):
            found.add(stem(word))
    return found


def same_title(text: str) -> str:
    """Return what two copies of a title have in common: its stems in order."""
    return " ".join(stems(text))


def _says_something(word: str) -> bool:
    return word[0].isdigit() or ((len(word) >= SHORTEST or word.isupper()) and fold(word) not in NOT_NAMES)


def _starts_sentence(text: str, match: re.Match[str]) -> bool:
    return bool(SENTENCE_START.search(text[: match.start()]))
