"""Every call that the connector of Instagram makes. None deletes, hides, restricts or blocks; a test reads this."""

from pregonero.networks.wire import Call

CALLS = (
    Call("POST", "/{version}/{user}/media", "crear el contenedor de una publicación (invisible)"),
    Call("GET", "/{version}/{id}", "leer el estado de un contenedor, o la dirección de lo publicado"),
    Call("POST", "/{version}/{user}/media_publish", "publicar el contenedor: la única llamada que el público ve"),
    Call("GET", "/{version}/{user}/content_publishing_limit", "leer cuántas publicaciones le quedan hoy a la cuenta"),
    Call("GET", "/{version}/{user}/media", "buscar lo publicado entre lo más reciente de la cuenta"),
    Call("POST", "/{version}/oauth/access_token", "cambiar el código por una autorización, o una corta por una larga"),
    Call("GET", "/{version}/me/accounts", "encontrar la página entre las que se autorizaron"),
)
