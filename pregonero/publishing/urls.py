"""Where publications are prepared, programmed and followed."""

from django.urls import path, register_converter

from pregonero.publishing.converters import DayConverter
from pregonero.publishing.views import editor as views
from pregonero.publishing.views import limits, manual, media, pauses, reschedule, resolution, threads

app_name = "publishing"
register_converter(DayConverter, "day")

urlpatterns = [
    path("parrilla/", views.today, name="today"),
    path("parrilla/<day:day>/", views.day, name="day"),
    path("parrilla/<day:day>/<int:hour>/", views.hour, name="hour"),
    path("publicaciones/nueva/", views.start, name="start"),
    path("publicaciones/<int:pk>/editor/", views.editor, name="editor"),
    path("publicaciones/<int:pk>/textos/", views.save, name="save"),
    path("publicaciones/<int:pk>/revision/", views.review, name="review"),
    path("publicaciones/<int:pk>/hilo/", threads.parts, name="parts"),
    path("publicaciones/<int:pk>/programacion/", views.program, name="program"),
    path("publicaciones/<int:pk>/hora/", reschedule.move, name="move"),
    path("publicaciones/<int:pk>/redes/<int:account>/medios/", media.upload, name="upload"),
    path("publicaciones/<int:pk>/redes/<int:account>/medios/<str:kind>/", media.from_news, name="from_news"),
    path("publicaciones/<int:pk>/medios/<int:attachment>/<str:act>/", media.change, name="change_medium"),
    path("versiones/<int:pk>/", media.making, name="making"),
    path("publicaciones/<int:pk>/enlace/", views.check_link, name="check_link"),
    path("publicaciones/<int:pk>/enlace/aceptacion/", views.accept_link, name="accept_link"),
    path("publicaciones/<int:pk>/cancelacion/", views.cancel, name="cancel"),
    path("publicaciones/<int:pk>/pausa/", pauses.publication, name="stop_publication"),
    path("publicaciones/<int:pk>/reanudacion/", pauses.resume_publication, name="resume_publication"),
    path("publicaciones/<int:pk>/retoma/", pauses.take_up_again, name="take_up_again"),
    path("limites/", limits.page, name="limits"),
    path("limites/tope/", limits.set_limit, name="set_limit"),
    path("limites/<int:pk>/reanudacion/", limits.resume, name="resume_sending"),
    path("pausa/", pauses.everything, name="everything"),
    path("pausa/reanudacion/", pauses.resume_everything, name="resume_everything"),
    path("envios/<int:pk>/decision/", resolution.question, name="decide"),
    path("envios/<int:pk>/decision/salio/", resolution.is_out, name="is_out"),
    path("envios/<int:pk>/decision/no-salio/", resolution.is_not_out, name="is_not_out"),
    path("envios/<int:pk>/a-mano/", manual.by_hand, name="by_hand"),
    path("envios/<int:pk>/a-mano/toma/", manual.take, name="take_in_hand"),
]
