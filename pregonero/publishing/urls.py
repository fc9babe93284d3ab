"""Addresses of the editor, the calendar, the pauses, the limits and the acts on a delivery."""

from django.urls import include, path, register_converter

from pregonero.publishing.calendar_feed.views import feed, feed_page, open_feed, revoke_feed
from pregonero.publishing.calendar_rules.views import calendar_rules
from pregonero.publishing.converters import DayConverter, NumberConverter
from pregonero.publishing.hashtags.views import add_hashtag, hashtags, retire_hashtag
from pregonero.publishing.live.urls import urlpatterns as live
from pregonero.publishing.rectification.urls import urlpatterns as rectification
from pregonero.publishing.views import (
    calendar,
    deliveries,
    drafts,
    editor,
    limits,
    media,
    pauses,
    publications,
    room,
    scheduling,
    threads,
    undo,
)

app_name = "publishing"
register_converter(DayConverter, "day")
register_converter(NumberConverter, "number")

THREAD = [
    path("division/", threads.split_thread, name="split_thread"),
    path("partes/", threads.add_part, name="add_part"),
    path("partes/<int:number>/retiro/", threads.remove_part, name="remove_part"),
    path("partes/<int:number>/subida/", threads.move_part_up, name="move_part_up"),
    path("partes/<int:number>/bajada/", threads.move_part_down, name="move_part_down"),
]
ATTACHMENT = [
    path("retiro/", media.remove, name="remove_medium"),
    path("antes/", media.move_before, name="move_medium_before"),
    path("despues/", media.move_after, name="move_medium_after"),
    path("arreglo/", media.fix, name="fix_medium"),
    path("subtitulos/", media.add_captions, name="add_captions"),
    path("sin-subtitulos/", media.remove_captions, name="remove_captions"),
    path("miniatura/", media.add_thumbnail, name="add_thumbnail"),
]
urlpatterns = [
    path("parrilla/", calendar.today, name="today"),
    path("parrilla/<day:day>/", calendar.day, name="day"),
    path("parrilla/<day:day>/semana/", calendar.week, name="week"),
    path("parrilla/<day:day>/mes/", calendar.month, name="month"),
    path("parrilla/<day:day>/lista/", calendar.agenda, name="list"),
    path("parrilla/<day:day>/<int:hour>/", calendar.hour, name="hour"),
    path("publicaciones/", publications.publications, name="publications"),
    path("publicaciones/cancelaciones/", pauses.cancel_several, name="cancel_several"),
    path("publicaciones/traslados/", calendar.move_several, name="move_several"),
    path("publicaciones/hashtags/", hashtags, name="hashtags"),
    path("publicaciones/hashtags/<int:pk>/retiro/", retire_hashtag, name="retire_hashtag"),
    path("publicaciones/<int:pk>/hashtag/", add_hashtag, name="add_hashtag"),
    path("publicaciones/<number:number>/", publications.numbered, name="numbered"),
    path("parrilla/reglas/", calendar_rules, name="calendar_rules"),
    path("parrilla/suscripcion/", feed_page, name="feed_page"),
    path("parrilla/suscripcion/direccion/", open_feed, name="open_feed"),
    path("parrilla/suscripcion/anulacion/", revoke_feed, name="revoke_feed"),
    path("parrilla/suscripcion/<str:secret>.ics", feed, name="feed"),
    path("parrilla/cupos/", calendar.capacity, name="capacity"),
    path("publicaciones/nueva/", drafts.start, name="start"),
    path("publicaciones/borradores/", drafts.draft, name="draft"),
    path("publicaciones/<int:pk>/editor/", editor.editor, name="editor"),
    path("publicaciones/<int:pk>/recuperado/", editor.discard_kept_form, name="discard_kept_form"),
    path("publicaciones/<int:pk>/textos/", editor.save, name="save"),
    path("publicaciones/<int:pk>/revision/", editor.review, name="review"),
    path("publicaciones/<int:pk>/programacion/", scheduling.schedule, name="schedule"),
    path("publicaciones/<int:pk>/hora-libre/", scheduling.use_next_free_hour, name="use_next_free_hour"),
    path("publicaciones/<int:pk>/publicacion/", scheduling.publish_now, name="publish_now"),
    path("publicaciones/<int:pk>/propuesta/", room.propose, name="propose"),
    path("publicaciones/<int:pk>/sitio/", room.make_room, name="make_room"),
    path("publicaciones/<int:pk>/hora/", calendar.reschedule, name="reschedule"),
    path("publicaciones/<int:pk>/redes/", editor.add_accounts, name="add_accounts"),
    path("publicaciones/<int:pk>/redes/<int:account>/enlace/", editor.add_link, name="add_link"),
    path("publicaciones/<int:pk>/redes/<int:account>/general/", editor.use_general_text, name="use_general_text"),
    path("publicaciones/<int:pk>/redes/<int:account>/hilo/", include(THREAD)),
    path("publicaciones/<int:pk>/redes/<int:account>/medios/", media.upload_medium, name="upload_medium"),
    path(
        "publicaciones/<int:pk>/redes/<int:account>/medios/<int:medium>/",
        media.add_earlier_medium,
        name="add_earlier_medium",
    ),
    path("publicaciones/<int:pk>/redes/<int:account>/piezas/<int:sending>/", media.add_piece, name="add_piece"),
    path(
        "publicaciones/<int:pk>/redes/<int:account>/medios/<str:kind>/",
        media.add_source_medium,
        name="add_source_medium",
    ),
    path("publicaciones/<int:pk>/medios/<int:attachment>/", include(ATTACHMENT)),
    path("versiones/<int:pk>/", media.conversion, name="conversion"),
    path("publicaciones/<int:pk>/enlace/", editor.check_link, name="check_link"),
    path("publicaciones/<int:pk>/enlace/aceptacion/", editor.accept_link, name="accept_link"),
    path("publicaciones/<int:pk>/cancelacion/", pauses.cancel, name="cancel"),
    path("publicaciones/<int:pk>/pausa/", pauses.pause_publication, name="pause_publication"),
    path("publicaciones/<int:pk>/reanudacion/", pauses.resume_publication, name="resume_publication"),
    path("publicaciones/<int:pk>/retoma/", pauses.duplicate, name="duplicate"),
    path("cambios/<int:pk>/deshacer/", undo.undo, name="undo"),
    path("limites/", limits.limits, name="limits"),
    path("limites/<int:pk>/reanudacion/", limits.resume_sending, name="resume_sending"),  # else it would be a limit's
    path("limites/<int:account>/<slug:quota>/", limits.limit, name="limit"),
    path("en-vivo/", include(live)),
    *rectification,
    path("pausa/", pauses.pause_all, name="pause_all"),
    path("pausa/reanudacion/", pauses.resume_all, name="resume_all"),
    path("envios/<int:pk>/decision/", deliveries.resolution, name="resolution"),
    path("envios/<int:pk>/decision/salio/", deliveries.confirm_published, name="confirm_published"),
    path("envios/<int:pk>/decision/no-salio/", deliveries.confirm_not_published, name="confirm_not_published"),
    path("envios/<int:pk>/retiro/", deliveries.withdraw, name="withdraw"),
    path("envios/<int:pk>/a-mano/", deliveries.manual_post, name="manual_post"),
    path("envios/<int:pk>/a-mano/toma/", deliveries.start_manual_post, name="start_manual_post"),
]
