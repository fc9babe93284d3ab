"""Addresses of conversations, petitions and the parameters of PQRSD."""

from django.urls import path

from pregonero.inbox.views import (
    by_hand,
    composer,
    contacts,
    conversation_list,
    conversations,
    petitions,
    pqrsd,
    saved_answers,
    webhooks,
)

app_name = "inbox"
urlpatterns = [
    path("conversacion/", conversation_list.conversation_list, name="list"),
    path("conversacion/<int:pk>/", conversations.conversation_page, name="conversation"),
    path("conversacion/<int:pk>/clase/", conversations.sort, name="sort"),
    path("conversacion/<int:pk>/respuesta/", conversations.answer, name="answer"),
    path("conversacion/<int:pk>/remision/", conversations.redirect_person, name="redirect"),
    path("conversacion/<int:pk>/peticion/", petitions.open_petition, name="open_petition"),
    path("conversacion/<int:pk>/cierre/", conversations.close, name="close"),
    path("conversacion/<int:pk>/apertura/", conversations.reopen, name="reopen"),
    path("conversacion/<int:pk>/asignacion/", conversations.assign, name="assign"),
    path("conversacion/<int:pk>/pausa/", conversations.snooze, name="snooze"),
    path("conversacion/<int:pk>/nota/", conversations.note, name="note"),
    path("conversacion/<int:pk>/borrador/", composer.draft, name="draft"),
    path("conversacion/<int:pk>/presencia/", composer.presence, name="presence"),
    path("conversacion/<int:pk>/guardada/", composer.insert_saved, name="insert_saved"),
    path("conversacion/<int:pk>/etiquetas/", composer.label, name="label"),
    path("conversacion/pqrsd/", pqrsd.pqrsd, name="pqrsd"),
    path("conversacion/guardadas/", saved_answers.saved_list, name="saved_answers"),
    path("conversacion/guardadas/<int:pk>/", saved_answers.saved_page, name="saved_answer"),
    path("conversacion/guardadas/<int:pk>/retiro/", saved_answers.retire, name="retire_saved"),
    path("conversacion/respuestas/<int:pk>/deshacer/", composer.undo_answer, name="undo"),
    path("conversacion/respuestas/<int:pk>/a-mano/", by_hand.by_hand, name="by_hand"),
    path("conversacion/respuestas/<int:pk>/desistimiento/", by_hand.give_up, name="give_up"),
    path("conversacion/personas/<int:pk>/", contacts.contact_page, name="contact"),
    path("conversacion/personas/<int:pk>/datos/", contacts.export, name="contact_export"),
    path("conversacion/personas/<int:pk>/borrado/", contacts.erase, name="contact_erase"),
    path("avisos/red/<int:pk>/", webhooks.receive, name="webhook"),
    path("peticiones/", petitions.petition_list, name="petitions"),
    path("peticiones/<int:pk>/", petitions.petition_page, name="petition"),
    path("peticiones/<int:pk>/radicado/", petitions.number, name="petition_number"),
    path("peticiones/<int:pk>/paso/", petitions.step, name="petition_step"),
    path("peticiones/<int:pk>/calendario/", petitions.calendar, name="petition_calendar"),
]
