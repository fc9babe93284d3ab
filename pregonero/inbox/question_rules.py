"""The first rules that propose what a message asks for, each with its reason (Q-2, Q-3, Q-5, N-5).

They only propose: a person confirms. The order matters: a petition may contain a date, and a journalist may ask for
one.
"""

import re
import unicodedata
from dataclasses import dataclass

from pregonero.inbox.states import Question


@dataclass(frozen=True)
class Proposal:
    """What a message seems to ask for, and why, in Spanish."""

    question: Question
    why: str


@dataclass(frozen=True)
class Rule:
    """Words that point to a question. The pattern is searched in the text folded: lower case, without accents."""

    question: Question
    pattern: re.Pattern[str]
    why: str


def _rule(question: Question, why: str, *patterns: str) -> Rule:
    return Rule(question, re.compile("|".join(rf"\b(?:{pattern})" for pattern in patterns)), why)


RULES = (
    _rule(
        Question.PRESS,
        "Se presenta como periodista o pide una entrevista.",
        r"soy periodista", r"(?:del?|para|de la) (?:diario|periodico|noticiero|revista|emisora|canal|radio)\b",
        r"entrevista\b", r"sala de redaccion", r"para (?:una|mi|nuestra) nota\b", r"cierre de edicion",
        r"medio de comunicacion", r"reporter[oa]\b",
    ),
    _rule(
        Question.PETITION,
        "Pide que la entidad haga o entregue algo a su nombre: tiene los rasgos de una petición.",
        r"solicit[oa]\b", r"solicitamos\b", r"derecho de peticion", r"peticion\b", r"pido (?:copia|que me|se me|a la)",
        r"requiero (?:copia|que|la|el|informacion)", r"copia de[l ]", r"exijo (?:que|respuesta|copia)",
        r"interpongo", r"presento (?:una )?(?:queja|reclamo|denuncia)", r"radic(?:ar|o|ue)\b", r"me entreguen",
    ),
    _rule(
        Question.PQRSD,
        "Habla de un caso propio o de un asunto interno: lo responde la oficina que lo tramita.",
        r"mi (?:tramite|caso|solicitud|expediente|proceso|subsidio|credito|registro|empresa|pago|radicado|postulacion)",
        r"(?:me|nos) (?:negaron|rechazaron|cobraron|deben|pagaron|devolvieron|respondieron)", r"queja\b", r"reclamo\b",
        r"denuncia(?:r)?\b", r"corrupcion\b", r"contrato (?:no|numero|de prestacion)",
        r"funcionari[oa]s? (?:de|del|que)",
        r"no me (?:han|responden|contestan|atienden)", r"hace (?:\w+ ){1,2}(?:dias|semanas|meses|anos) (?:que|espero)",
        r"cuanto (?:gana|le pagan|costo)", r"por que (?:no )?(?:han|ha) (?:pagado|cumplido|resuelto)",
    ),
    _rule(
        Question.BASIC,
        "Pregunta por un dato de lo publicado: una fecha, un lugar, un requisito o un enlace.",
        r"hasta (?:que|cuando)", r"cuando\b", r"que (?:dia|fecha|hora|requisitos?|documentos?)\b", r"a que hora",
        r"donde\b", r"en que (?:ciudad|lugar|direccion|pagina)",
        r"cual es (?:el|la) (?:link|enlace|pagina|fecha|correo|plazo)",
        r"(?:me|nos) (?:regala|regalan|comparte|comparten|pasa|pasan|envia|envian) (?:el|la|un|mas)",
        r"link\b", r"enlace\b",
        r"como (?:me |nos |se )?(?:inscrib\w+|particip\w+|postul\w+|hace|hago|accedo|acceder|aplic\w+)",
        r"quienes pueden",
        r"tiene (?:algun )?costo", r"es gratis", r"horario\b", r"requisitos\b", r"plazo\b", r"inscripci",
    ),
)  # fmt: skip
QUESTION_MARK = Proposal(Question.BASIC, "Trae una pregunta, sin rasgos de petición ni de un caso propio.")
NO_QUESTION = Proposal(Question.NONE, "No trae una pregunta: es un comentario.")


def fold(text: str) -> str:
    """Return a text in lower case, without accents and with single spaces, as the rules read it."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(letter for letter in decomposed if not unicodedata.combining(letter)).split())


def propose_question(text: str) -> Proposal:
    """Return what a message seems to ask for, by the first rule that it meets."""
    folded = fold(text)
    for rule in RULES:
        if rule.pattern.search(folded):
            return Proposal(rule.question, rule.why)
    return QUESTION_MARK if "?" in text or "¿" in text else NO_QUESTION
