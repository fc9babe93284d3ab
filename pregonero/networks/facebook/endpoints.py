"""Every call that the connector of Facebook makes; a test reads this table.

The only removals are of what we prepared and never published (its `is_published` is read before) and of our own
published posts and comments (their author is read before).
"""

from pregonero.networks.client import Endpoint

ENDPOINTS = (
    Endpoint("POST", "/{version}/{page}/photos", "subir una imagen sin publicar (invisible)"),
    Endpoint("POST", "/{version}/{page}/videos", "subir un video por trozos, sin publicar (invisible)"),
    Endpoint("POST", "/{version}/{page}/video_reels", "abrir y cerrar un reel como borrador (invisible), y publicarlo"),
    Endpoint("POST", "/video-upload/{version}/{id}", "subir el archivo del reel, o lo que falte de él (invisible)"),
    Endpoint("POST", "/{version}/{id}/thumbnails", "poner la miniatura de un video nuestro (invisible)"),
    Endpoint("POST", "/{version}/{id}/captions", "poner los subtítulos de un video nuestro (invisible)"),
    Endpoint("POST", "/{version}/{page}/feed", "crear la publicación con published=false (invisible)"),
    Endpoint("GET", "/{version}/{id}", "leer si lo nuestro está publicado, su autor y su dirección"),
    Endpoint("POST", "/{version}/{id}", "publicar lo preparado: is_published=true (published=true en un video)"),
    Endpoint(
        "POST", "/{version}/{id}/comments", "escribir bajo una publicación nuestra su enlace, como primer comentario"
    ),
    Endpoint("GET", "/{version}/{id}/comments", "leer los comentarios de una publicación nuestra después de un corte"),
    Endpoint("DELETE", "/{version}/{id}", "retirar lo nuestro: un borrador, o una publicación cuyo autor es la página"),
    Endpoint(
        "POST", "/{version}/oauth/access_token", "cambiar el código por una autorización, o una corta por una larga"
    ),
    Endpoint("GET", "/{version}/me/accounts", "encontrar la página entre las que se autorizaron"),
)
