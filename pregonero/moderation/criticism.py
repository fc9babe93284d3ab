"""Whether a comment criticises the entity or the government: what a list must not silence (N-4).

It is an estimate by words, for the figures of a list: it decides nothing about a comment.
"""

import re

from pregonero.moderation.normalization import normalize

# What a criticism says, as stems of words without accents. Under a post of the entity it need not say of whom.
SAYS = (
    "no sirve", "inutil", "inepto", "incompeten", "mediocr", "mentir", "mienten", "mentira", "corrup", "ladron",
    "robar", "roban", "robo", "vergu?enza", "vergonz", "renuncie", "renuncia", "fracas", "desastre", "abandon",
    "acab[oa]", "acabando", "quebr", "incumpl", "no cumpl", "propaganda", "populis", "politiquer", "cinism",
    "descar", "indign", "burla", "irrespet", "lamentable", "patetic", "ridicul", "pesim", "peor", "malisim",
    r"malas?\b", "improvis", "titere", "derroche", "censur", "ocultan", "borran", "show", "amarrad", "a dedo",
    "no hicieron", "no hacen", "nadie contesta", "no contest", "no respond", "respondan", "devuelvan",
    "dejen de", "deje de", "no estoy de acuerdo", "rechazo", "protest", "exigimos", "investig", "trampa",
    "rabia", "paro", "chambonada", "desorden", "despelote", "lentitud", "cuanto(?:s millones)? cost",
    "cuanto vale", "autoritari", "chiste", "ruina", "peloteo", "error", "pena ajena", "no le creo",
    "no les? importo", "no da la cara", r"no saben?\b", "no conoce", "no hay estrategia", "no existe para",
    "no alcanza", "no publica", "que (?:fea|cara|lento|vacio)", "costo una fortuna",
    "cada (?:ministro|gobierno)", "odia", "enchufado", "puestos para", "nomina paralela", "siempre ganan",
    "los amigos", "a los grandes", "nos dejan", "irrespons", "mas publicidad", "regalan la plata",
    "vend(?:en|iendo) el", "entregaron", "excluy", "quitaron", "hablan bonito", "se burlan", "no olvida",
    "no aplaude", "multinacional", "neoliberal", "comunis", "nos van a", "van a acabar", "destruid", "culpa",
    "sin (?:agua|resultados|transparencia)", "cero ", "no existe", "en campana", "mamera", "terrible",
    "horrible", "mal pensad", "muy mal", "fe en las", "no a la ", "ratas", "plata de", "puro discurso",
    "cierren", "nunca",
)  # fmt: skip
SAYS_PATTERN = re.compile(rf"\b(?:{'|'.join(SAYS)})")


def is_criticism(text: str) -> bool:
    """Return whether a text seems to criticise the entity or the government, also while it insults somebody."""
    words = " ".join(normalize(text).decode().replace(".", " ").replace("~", "n").split())
    return SAYS_PATTERN.search(words) is not None
