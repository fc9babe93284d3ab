"""Addresses of conversations and of the parameters of PQRSD."""

from django.urls import path

from pregonero.inbox import views

app_name = "inbox"
urlpatterns = [
    path("conversacion/", views.conversation_list, name="list"),
    path("conversacion/<int:pk>/", views.conversation_page, name="conversation"),
    path("conversacion/<int:pk>/clase/", views.sort, name="sort"),
    path("conversacion/<int:pk>/respuesta/", views.answer, name="answer"),
    path("conversacion/<int:pk>/remision/", views.redirect_person, name="redirect"),
    path("conversacion/<int:pk>/cierre/", views.close, name="close"),
    path("conversacion/<int:pk>/apertura/", views.reopen, name="reopen"),
    path("conversacion/<int:pk>/asignacion/", views.assign, name="assign"),
    path("conversacion/<int:pk>/pausa/", views.snooze, name="snooze"),
    path("conversacion/<int:pk>/nota/", views.note, name="note"),
    path("conversacion/<int:pk>/borrador/", views.draft, name="draft"),
    path("conversacion/pqrsd/", views.pqrsd, name="pqrsd"),
]
