"""Answers given with a fact that changed later, each with a correction ready to send (Q-2)."""

from dataclasses import dataclass

from pregonero.inbox.answer_proposals import best_sentence
from pregonero.inbox.correction_queries import OutdatedAnswer, outdated_answers
from pregonero.people.models import Entity


@dataclass(frozen=True)
class Correction:
    """An answer that gave what is not so any more, and the text that corrects it."""

    outdated: OutdatedAnswer
    text: str


def corrections_of(entity: Entity) -> list[Correction]:
    """Return the answers to correct with their corrections, the newest first."""
    return [Correction(one, correction_text(one)) for one in outdated_answers(entity)]


def correction_text(outdated: OutdatedAnswer) -> str:
    """Return what the news item says now to the same question, with its link; the link alone if only that changed."""
    news = outdated.news
    if news is None:
        return "Corrección: el enlace que te dimos ya no abre."
    if outdated.is_text_changed:
        sentence = best_sentence(outdated.answer.message.text, [news.title, news.summary, news.body]) or news.title
        text = f"Corrección: la información que te dimos cambió. {sentence}"
    else:
        text = f"Corrección: el enlace que te dimos {'cambió' if outdated.is_address_changed else 'ya no abre'}."
    return text if news.address in outdated.gone else f"{text} Más información: {news.address}"
