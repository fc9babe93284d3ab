"""Every call that the connector of Bluesky makes; a test checks this table. The only removal is of our own posts."""

from pregonero.networks.client import Endpoint

ENDPOINTS = (
    Endpoint("POST", "/xrpc/com.atproto.server.createSession", "abrir una sesión con la contraseña de aplicación"),
    Endpoint(
        "POST", "/xrpc/com.atproto.server.deleteSession", "cerrar la sesión propia de una cuenta que ya no se usa"
    ),
    Endpoint("GET", "/xrpc/com.atproto.identity.resolveHandle", "saber qué cuenta es la que el texto menciona"),
    Endpoint("POST", "/xrpc/com.atproto.repo.uploadBlob", "subir una imagen, un video o sus subtítulos (invisible)"),
    Endpoint("POST", "/xrpc/com.atproto.repo.putRecord", "publicar bajo la clave escogida: la única llamada que se ve"),
    Endpoint(
        "POST", "/xrpc/com.atproto.repo.deleteRecord", "retirar una publicación nuestra, del repositorio de la cuenta"
    ),
    Endpoint("GET", "/xrpc/com.atproto.repo.getRecord", "saber qué hay bajo la clave escogida"),
    Endpoint("GET", "/xrpc/com.atproto.server.getSession", "saber qué cuenta abre la contraseña de aplicación"),
)
