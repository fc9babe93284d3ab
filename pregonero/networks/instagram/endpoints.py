"""Every call that the connector of Instagram makes. None deletes, hides, restricts or blocks; a test reads this."""

from pregonero.networks.client import Endpoint

ENDPOINTS = (
    Endpoint("POST", "/{version}/{user}/media", "crear el contenedor de una publicación (invisible)"),
    Endpoint("GET", "/{version}/{id}", "leer el estado de un contenedor, o la dirección de lo publicado"),
    Endpoint("POST", "/{version}/{user}/media_publish", "publicar el contenedor: la única llamada que el público ve"),
    Endpoint(
        "GET", "/{version}/{user}/content_publishing_limit", "leer cuántas publicaciones le quedan hoy a la cuenta"
    ),
    Endpoint("GET", "/{version}/{user}/media", "buscar lo publicado entre lo más reciente de la cuenta"),
    Endpoint(
        "POST", "/{version}/oauth/access_token", "cambiar el código por una autorización, o una corta por una larga"
    ),
    Endpoint("GET", "/{version}/me/accounts", "encontrar la página entre las que se autorizaron"),
)
