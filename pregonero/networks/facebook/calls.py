"""Every call that the connector of Facebook makes; a test reads this table.

The only removal is of what was prepared by us and never became public: before it, the post's `is_published` is read.
"""

from pregonero.networks.wire import Call

CALLS = (
    Call("POST", "/{version}/{page}/photos", "subir una imagen sin publicar (invisible)"),
    Call("POST", "/{version}/{page}/videos", "subir un video sin publicar (invisible)"),
    Call("POST", "/{version}/{page}/feed", "crear la publicación con published=false (invisible)"),
    Call("GET", "/{version}/{id}", "leer si lo nuestro está publicado, y su dirección"),
    Call("POST", "/{version}/{id}", "publicar lo preparado: is_published=true (published=true en un video)"),
    Call("DELETE", "/{version}/{id}", "retirar lo preparado por nosotros que no llegó a ser público"),
)
