"""The answer that the system proposes to a basic question: a sentence of what was published, with its link (Q-2)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector

from pregonero.inbox.models import Conversation, Message
from pregonero.inbox.questions.text import fold
from pregonero.newsroom.models import News, NewsState
from pregonero.newsroom.reading.text import digest_of
from pregonero.publishing.models import Publication

CANDIDATES = 5
MOST_WORDS = 24  # of a question: a longer one is searched by its first words
SENTENCE = re.compile(r"(?<=[.!?…])\s+(?=[A-ZÁÉÍÓÚÑ¿¡«“])|\n+")
DATE = re.compile(r"\b\d{1,2}(?:o|º)? de [a-z]+|\b\d{1,2}/\d{1,2}|\b\d{1,2}:\d{2}|\b\d{1,2} (?:a\. ?m|p\. ?m)")
PLACE = re.compile(r"\b(?:en la|en el|calle|carrera|avenida|auditorio|salon|sede|ciudad|municipio|virtual)\b")
ASKS_DATE = re.compile(r"\b(?:cuando|hasta que|que dia|que fecha|que hora|plazo|fecha|horario|hasta cuando|cierra)\b")
ASKS_PLACE = re.compile(r"\b(?:donde|lugar|ciudad|direccion|sitio)\b")
STOP_WORDS = frozenset(
    {
        "con", "como", "cual", "cuando", "del", "donde", "ella", "esta", "este", "hasta", "hay", "hola", "las", "los",
        "mis", "nos", "para", "por", "porque", "que", "quien", "sin", "sus", "tiene", "una", "buenos", "buenas", "dias",
        "tardes", "gracias", "favor",
    }
)  # fmt: skip


@dataclass(frozen=True)
class AnswerProposal:
    """A proposed answer, the sentence that it comes from, and the news item that says it.

    It does not greet by name: what is sent is kept for good, and a person's name is not (N-7).
    """

    text: str
    sentence: str
    news: News
    digest: str  # of the news item's text now: it tells when the answer no longer says the same


def propose_answer(conversation: Conversation, message: Message) -> AnswerProposal | None:
    """Return the answer that what was published gives to a message; None when nothing published answers it.

    What the publication itself tells comes first, then the news that the question's words find.
    """
    for news in _candidates(conversation, message.text):
        sentence = best_sentence(message.text, [news.title, news.summary, news.body])
        if sentence:
            digest = digest_of(news.title, news.summary, news.body)
            text = f"Hola. {sentence} Más información: {news.address}"
            return AnswerProposal(text, sentence, news, digest)
    return None


def _candidates(conversation: Conversation, question: str) -> list[News]:
    informed = News.objects.filter(entity_id=conversation.entity_id, state=NewsState.INFORMED)
    own: int = _source_of(conversation) or 0
    first = list(informed.filter(pk=own))
    words = _words(question)[:MOST_WORDS]
    if not words:
        return first
    vector = SearchVector("title", weight="A", config="spanish") + SearchVector("summary", "body", config="spanish")
    query = SearchQuery(" OR ".join(words), config="spanish", search_type="websearch")
    found = informed.exclude(pk=own).annotate(rank=SearchRank(vector, query)).filter(rank__gt=0.05)
    return first + list(found.order_by("-rank", "-found_at")[:CANDIDATES])


def _source_of(conversation: Conversation) -> int | None:
    """Return the id of the news item that the publication above a conversation tells, or None."""
    if conversation.subject_kind != "publication" or conversation.subject_id is None:
        return None
    publications = Publication.objects.filter(pk=conversation.subject_id, source_kind="news")
    return publications.values_list("source_id", flat=True).first()


def best_sentence(question: str, texts: Iterable[str]) -> str:
    """Return the sentence that best answers a question: it shares its words and holds what it asks for.

    An empty string when the question asks for a date or a place that no sentence has, or when none shares a word.
    """
    folded, asked = fold(question), question_stems(question)
    wants_date, wants_place = bool(ASKS_DATE.search(folded)), bool(ASKS_PLACE.search(folded))
    best, best_score = "", 0.0
    for position, sentence in enumerate(piece.strip() for text in texts for piece in SENTENCE.split(text)):
        plain = fold(sentence)
        if not plain or (wants_date and not DATE.search(plain)) or (wants_place and not PLACE.search(plain)):
            continue
        shared = len(asked & {stem(word) for word in re.findall(r"\w+", plain)})
        score = shared + (0.5 if wants_date or wants_place else 0) - position * 0.01
        if (shared or wants_date) and score > best_score:
            best, best_score = sentence, score
    return best


def _words(text: str) -> list[str]:
    """Return the words of a text that say something, folded."""
    return [word for word in re.findall(r"\w{3,}", fold(text)) if word not in STOP_WORDS]


def question_stems(text: str) -> frozenset[str]:
    """Return the stems of the words of a question that say something."""
    return frozenset(stem(word) for word in _words(text))


def stem(word: str) -> str:
    """Return a word without the ending of its plural and gender, enough to compare two."""
    return re.sub(r"(?<=\w{3})(?:ciones|cion|es|s|[oa])$", "", word)
