"""Addresses of moderation."""

from django.urls import path

from pregonero.moderation.views import comment, community, queue

app_name = "moderation"
urlpatterns = [
    path("moderacion/", queue.queue, name="queue"),
    path("moderacion/grupo/", queue.wave, name="wave"),
    path("moderacion/grupo/<int:pk>/deshacer/", queue.undo, name="undo_wave"),
    path("moderacion/comentarios/<int:pk>/", comment.comment, name="comment"),
    path("moderacion/comentarios/<int:pk>/ver/", comment.uncover, name="uncover"),
    path("moderacion/comentarios/<int:pk>/decision/", comment.decide, name="decide"),
    path("moderacion/reglas/", community.rules, name="rules"),
    path("moderacion/reglas/<int:pk>/vigencia/", community.publish, name="publish_rules"),
]
