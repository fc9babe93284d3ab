"""Addresses of topics and of the watch list."""

from django.urls import path

from pregonero.monitoring.views import topics, watch

app_name = "monitoring"
urlpatterns = [
    path("temas/", topics.topics, name="topics"),
    path("temas/<int:pk>/", topics.topic_page, name="topic"),
    path("temas/<int:pk>/decision/", topics.decide, name="decide"),
    path("temas/<int:pk>/union/", topics.merge, name="merge"),
    path("temas/<int:pk>/separacion/", topics.split, name="split"),
    path("temas/<int:pk>/resultado/", topics.outcome, name="outcome"),
    path("temas/fuentes/", watch.sources, name="sources"),
    path("temas/fuentes/nueva/", watch.watch_source, name="watch_source"),
    path("temas/fuentes/<int:pk>/confirmacion/", watch.confirm_source, name="confirm_source"),
    path("temas/fuentes/<int:pk>/retiro/", watch.retire_source, name="retire_source"),
]
