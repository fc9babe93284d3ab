"""Every call that the connector of X makes; a test checks this table. The only removal is of our own posts."""

from pregonero.networks.client import Endpoint

ENDPOINTS = (
    Endpoint("POST", "/2/media/upload/initialize", "abrir la subida de un medio (invisible)"),
    Endpoint("POST", "/2/media/upload/{id}/append", "subir un trozo del medio (invisible)"),
    Endpoint("POST", "/2/media/upload/{id}/finalize", "cerrar la subida del medio (invisible)"),
    Endpoint("GET", "/2/media/upload", "saber si X terminó de procesar el medio"),
    Endpoint("POST", "/2/media/metadata", "poner el texto alternativo (invisible)"),
    Endpoint("POST", "/2/media/subtitles", "poner los subtítulos de un video (invisible)"),
    Endpoint("POST", "/2/tweets", "publicar: la única llamada que el público ve"),
    Endpoint("DELETE", "/2/tweets/{id}", "retirar una publicación nuestra: X no deja borrar las de otra cuenta"),
    Endpoint("GET", "/2/users/{id}/tweets", "leer las publicaciones propias después de un corte"),
    Endpoint("GET", "/2/tweets/{id}", "leer una publicación propia que una persona hizo a mano"),
    Endpoint("GET", "/2/users/me", "saber qué cuenta abre la autorización"),
    Endpoint("POST", "/2/oauth2/token", "cambiar el código o la ficha de renovación por una autorización"),
    Endpoint("POST", "/2/oauth2/revoke", "devolver una autorización"),
)
