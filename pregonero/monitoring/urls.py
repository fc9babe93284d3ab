"""Addresses of topics and of the watch list."""

from django.urls import path

from pregonero.monitoring.views import crisis, statements, topics, watch

app_name = "monitoring"
urlpatterns = [
    path("temas/", topics.topics, name="topics"),
    path("temas/<int:pk>/", topics.topic_page, name="topic"),
    path("temas/<int:pk>/decision/", topics.decide, name="decide"),
    path("temas/<int:pk>/union/", topics.merge, name="merge"),
    path("temas/<int:pk>/separacion/", topics.split, name="split"),
    path("temas/<int:pk>/resultado/", topics.outcome, name="outcome"),
    path("temas/voceria/", statements.statements, name="statements"),
    path("temas/voceria/<int:pk>/", statements.statement_page, name="statement"),
    path("temas/voceria/<int:pk>/texto/", statements.write, name="write_statement"),
    path("temas/voceria/<int:pk>/aprobacion/", statements.approve, name="approve_statement"),
    path("temas/crisis/", crisis.crisis, name="crisis"),
    path("temas/crisis/apertura/", crisis.open_room, name="open_crisis"),
    path("temas/crisis/<int:pk>/", crisis.room_page, name="crisis_room"),
    path("temas/crisis/<int:pk>/linea/", crisis.agree_line, name="agree_crisis_line"),
    path("temas/crisis/<int:pk>/bitacora/", crisis.note, name="note_crisis"),
    path("temas/crisis/<int:pk>/cierre/", crisis.close_room, name="close_crisis"),
    path("temas/fuentes/", watch.sources, name="sources"),
    path("temas/fuentes/nueva/", watch.watch_source, name="watch_source"),
    path("temas/fuentes/opml/", watch.export_opml, name="export_opml"),
    path("temas/fuentes/opml/entrada/", watch.import_opml, name="import_opml"),
    path("temas/fuentes/lista-de-partida/", watch.follow_starting_list, name="follow_starting_list"),
    path("temas/fuentes/<int:pk>/confirmacion/", watch.confirm_source, name="confirm_source"),
    path("temas/fuentes/<int:pk>/retiro/", watch.retire_source, name="retire_source"),
]
