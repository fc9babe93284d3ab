"""Addresses of moderation."""

from django.urls import path

from pregonero.moderation.views import (
    chat,
    comment,
    community,
    daily_close,
    network_lists,
    queue,
    restrictions,
    reviews,
    word_lists,
)

app_name = "moderation"
urlpatterns = [
    path("moderacion/", queue.queue, name="queue"),
    path("moderacion/grupo/", queue.wave, name="wave"),
    path("moderacion/grupo/<int:pk>/deshacer/", queue.undo, name="undo_wave"),
    path("moderacion/comentarios/<int:pk>/", comment.comment, name="comment"),
    path("moderacion/comentarios/<int:pk>/ver/", comment.uncover, name="uncover"),
    path("moderacion/comentarios/<int:pk>/decision/", comment.decide, name="decide"),
    path("moderacion/comentarios/<int:pk>/hecho/", chat.by_hand, name="by_hand"),
    path("moderacion/chat/", chat.chats, name="chats"),
    path("moderacion/chat/<str:video>/", chat.chat, name="chat"),
    path("moderacion/bloqueos/", restrictions.restrictions, name="restrictions"),
    path("moderacion/cierre/", daily_close.latest, name="close_latest"),
    path("moderacion/cierre/<day:day>/", daily_close.day, name="close_day"),
    path("moderacion/cierre/<day:day>/<int:pk>/", daily_close.account_day, name="close_account"),
    path("moderacion/cierre/<day:day>/<int:pk>/vistos/", daily_close.see, name="close_see"),
    path("moderacion/revisiones/", reviews.reviews, name="reviews"),
    path("moderacion/revisiones/<int:pk>/", reviews.review, name="review"),
    path("moderacion/reglas/", community.rules, name="rules"),
    path("moderacion/reglas/<int:pk>/vigencia/", community.publish, name="publish_rules"),
    path("moderacion/listas/", word_lists.word_lists, name="word_lists"),
    path("moderacion/listas/cuentas/<int:pk>/", word_lists.account_list, name="account_list"),
    path("moderacion/listas/cuentas/<int:pk>/red/", network_lists.network_list, name="network_list"),
    path(
        "moderacion/listas/cuentas/<int:pk>/red/escritura/", network_lists.network_list_write, name="network_list_write"
    ),
    path("moderacion/listas/cuentas/<int:pk>/revision/", network_lists.blocked_words, name="blocked_words"),
    path("moderacion/listas/<int:pk>/", word_lists.word_list, name="word_list"),
    path("moderacion/listas/<int:pk>/archivo/", word_lists.word_list_file, name="word_list_file"),
    path("moderacion/listas/<int:pk>/sombra/", word_lists.word_list_shadow, name="word_list_shadow"),
    path("moderacion/listas/<int:pk>/vigencia/", word_lists.word_list_force, name="word_list_force"),
    path("moderacion/listas/<int:pk>/confirmacion/", word_lists.word_list_confirm, name="word_list_confirm"),
    path("moderacion/listas/<int:pk>/detencion/", word_lists.word_list_stop, name="word_list_stop"),
    path("moderacion/listas/<int:pk>/descarte/", word_lists.word_list_discard, name="word_list_discard"),
    path("moderacion/listas/<int:pk>/deshacer/", word_lists.word_list_undo, name="word_list_undo"),
]
