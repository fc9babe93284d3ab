"""The questions, the states of conversations and answers, and the steps of a petition, with their Spanish names."""

from django.db import models

from pregonero.inbox.petition_clock import StepKind


class Question(models.TextChoices):
    """What a conversation asks for, which decides who answers it (Q-2, Q-3, Q-5, N-5)."""

    BASIC = "BASIC", "pregunta básica"
    PQRSD = "PQRSD", "asunto misional o interno"
    PETITION = "PETITION", "petición"
    PRESS = "PRESS", "prensa"
    NONE = "NONE", "no es una pregunta"


class ConversationState(models.TextChoices):
    """Whether somebody has to do something about a conversation."""

    OPEN = "OPEN", "sin responder"
    ANSWERED = "ANSWERED", "respondida"
    CLOSED = "CLOSED", "cerrada"


class AnswerKind(models.TextChoices):
    """Whether it answers, sends to PQRSD (Q-3), tells the number of a petition (Q-5), or corrects (Q-2).

    A notice tells the author of a comment what moderation decided about it (N-3).
    """

    ANSWER = "ANSWER", "respuesta"
    REDIRECT = "REDIRECT", "remisión a PQRSD"
    NUMBER = "NUMBER", "número de radicado"
    CORRECTION = "CORRECTION", "corrección"
    NOTICE = "NOTICE", "aviso de moderación"


BESIDE = (AnswerKind.NUMBER, AnswerKind.CORRECTION, AnswerKind.NOTICE)
"""What is sent besides the answer of a message."""


class AnswerState(models.TextChoices):
    """Whether an answer is waiting, sent, or was not sent."""

    SENDING = "SENDING", "enviando"
    PUBLISHED = "PUBLISHED", "enviada"
    FAILED = "FAILED", "no salió"


REFERRED = (Question.PQRSD, Question.PETITION)
"""The questions that are sent to PQRSD."""

STEP_CHOICES = [
    (StepKind.RECEIVED.value, "se recibió"),
    (StepKind.ASKED_TO_COMPLETE.value, "se pidió completarla"),
    (StepKind.MORE_TIME.value, "pidió más tiempo para completarla"),
    (StepKind.RETURNED.value, "se devolvió para aclararla"),
    (StepKind.COMPLETED.value, "la completó o la aclaró"),
    (StepKind.FORWARDED.value, "se remitió a otra autoridad"),
    (StepKind.EXTENDED.value, "se amplió el plazo"),
    (StepKind.ANSWERED.value, "se respondió"),
    (StepKind.WITHDRAWN.value, "la persona desistió"),
    (StepKind.ARCHIVED.value, "se archivó: no se completó"),
]
