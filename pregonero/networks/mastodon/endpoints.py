"""Every call that the connector of Mastodon makes; a test checks this table. The only removal is of our own posts."""

from pregonero.networks.client import Endpoint

ENDPOINTS = (
    Endpoint("GET", "/api/v2/instance", "leer los límites que fija el servidor de la cuenta"),
    Endpoint("POST", "/api/v2/media", "subir un archivo con su texto alternativo (invisible)"),
    Endpoint("GET", "/api/v1/media/{id}", "saber si el servidor terminó de procesar el archivo"),
    Endpoint("POST", "/api/v1/statuses", "publicar, con la clave escogida: la única llamada que el público ve"),
    Endpoint("GET", "/api/v1/accounts/{id}/statuses", "leer las publicaciones propias después de un corte"),
    Endpoint("GET", "/api/v1/statuses/{id}", "leer una publicación propia: si sigue y qué dice"),
    Endpoint("DELETE", "/api/v1/statuses/{id}", "retirar una publicación nuestra: antes se lee que es de la cuenta"),
    Endpoint("GET", "/api/v1/accounts/verify_credentials", "saber qué cuenta abre la autorización"),
    Endpoint("POST", "/oauth/token", "cambiar el código por una autorización"),
    Endpoint("POST", "/oauth/revoke", "devolver una autorización"),
)
