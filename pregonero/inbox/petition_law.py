"""The words of the articles that set the terms of petitions, and where each was read (Q-5).

They are those of the Ley 1437 de 2011 as the Ley 1755 de 2015 replaced them. Laws may be reproduced (Ley 23 de 1982,
art. 41). Article 30 was not found in full: only its terms were.
"""

from dataclasses import dataclass
from datetime import date

READ_ON = date(2026, 11, 30)
LEY_1755 = "https://www.funcionpublica.gov.co/eva/gestornormativo/norma.php?i=65334"
LEY_5 = "https://www.funcionpublica.gov.co/eva/gestornormativo/norma.php?i=11368"


@dataclass(frozen=True)
class Article:
    """What an article says about a term, and the official address of its law."""

    words: str
    source: str = LEY_1755
    read_on: date = READ_ON


ARTICLES = {
    "Ley 1755 de 2015, art. 14": Article(
        "Salvo norma legal especial y so pena de sanción disciplinaria, toda petición deberá resolverse dentro de los "
        "quince (15) días siguientes a su recepción."
    ),
    "Ley 1755 de 2015, art. 14, num. 1": Article(
        "Las peticiones de documentos y de información deberán resolverse dentro de los diez (10) días siguientes a su "
        "recepción. Si en ese lapso no se ha dado respuesta al peticionario, se entenderá, para todos los efectos "
        "legales, que la respectiva solicitud ha sido aceptada (…) y como consecuencia las copias se entregarán dentro "
        "de los tres (3) días siguientes."
    ),
    "Ley 1755 de 2015, art. 14, num. 2": Article(
        "Las peticiones mediante las cuales se eleva una consulta a las autoridades en relación con las materias a su "
        "cargo deberán resolverse dentro de los treinta (30) días siguientes a su recepción."
    ),
    "Ley 1755 de 2015, art. 14, parágrafo": Article(
        "Cuando excepcionalmente no fuere posible resolver la petición en los plazos aquí señalados, la autoridad debe "
        "informar esta circunstancia al interesado, antes del vencimiento del término (…), expresando los motivos de la"
        " demora y señalando a la vez el plazo razonable en que se resolverá o dará respuesta, que no podrá exceder del"
        " doble del inicialmente previsto."
    ),
    "Ley 1755 de 2015, art. 17": Article(
        "Cuando la autoridad constate que una petición ya radicada está incompleta (…) requerirá al peticionario "
        "dentro de los diez (10) días siguientes a la fecha de radicación para que la complete en el término máximo de "
        "un (1) mes. A partir del día siguiente en que el interesado aporte los documentos o informes requeridos, se "
        "reactivará el término para resolver la petición."
    ),
    "Ley 1755 de 2015, art. 19": Article(
        "Solo cuando no se comprenda la finalidad u objeto de la petición esta se devolverá al interesado para que la "
        "corrija o aclare dentro de los diez (10) días siguientes. En caso de no corregirse o aclararse, se archivará "
        "la petición."
    ),
    "Ley 1755 de 2015, art. 20": Article(
        "Si la petición la realiza un periodista, para el ejercicio de su actividad, se tramitará preferencialmente."
    ),
    "Ley 1755 de 2015, art. 21": Article(
        "Si la autoridad a quien se dirige la petición no es la competente, se informará (…) dentro de los cinco (5) "
        "días siguientes al de la recepción, si obró por escrito. Dentro del término señalado remitirá la petición al "
        "competente y enviará copia del oficio remisorio al peticionario."
    ),
    "Ley 5 de 1992, art. 258": Article(
        "Los Senadores y Representantes pueden solicitar cualquier informe a los funcionarios autorizados para "
        "expedirlo, en ejercicio del control que corresponde adelantar al Congreso. En los cinco (5) días siguientes "
        "deberá procederse a su cumplimiento.",
        LEY_5,
    ),
}
