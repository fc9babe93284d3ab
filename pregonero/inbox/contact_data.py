"""Everything that is kept of a person who writes, as they may ask for it (Ley 1581 de 2012)."""

from typing import Any

from pregonero.inbox.models import Answer, Contact, Message, Note, Petition, Promise


def data_of(contact: Contact) -> dict[str, Any]:
    """Return a person's names, messages with their earlier texts, and the answers that they got, as JSON values."""
    messages = Message.objects.filter(contact=contact).select_related("account").prefetch_related("versions")
    answers = Answer.objects.filter(message__contact=contact).order_by("pk")
    return {
        "red": contact.get_network_display(),
        "usuario": contact.handle,
        "nombre": contact.name,
        "desde": contact.first_seen_at.isoformat(),
        "mensajes": [_message(message) for message in messages.order_by("written_at", "pk")],
        "respuestas": [
            {"mensaje": answer.message_id, "texto": answer.text, "fecha": answer.at.isoformat()} for answer in answers
        ],
        "promesas": [
            {"texto": promise.text, "para": promise.due_on.isoformat(), "estado": promise.get_end_display()}
            for promise in Promise.objects.filter(conversation__contact=contact).order_by("pk")
        ],
        "peticiones": [
            {"radicado": petition.number, "contacto": petition.contact_given, "abierta": petition.opened_at.isoformat()}
            for petition in Petition.objects.filter(message__contact=contact).order_by("pk")
        ],
        "notas": [note.text for note in Note.objects.filter(conversation__contact=contact).order_by("pk")],
    }


def _message(message: Message) -> dict[str, Any]:
    return {
        "id": message.pk,
        "cuenta": str(message.account),
        "texto": message.text,
        "escrito": message.written_at.isoformat(),
        "textos_anteriores": [version.text for version in message.versions.all()],
    }
