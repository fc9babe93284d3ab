"""Every call that the connector of YouTube makes; a test reads this table.

The only removal is of the video that we uploaded and that is still private: before it, its `privacyStatus` is read.
"""

from pregonero.networks.client import Endpoint

ENDPOINTS = (
    Endpoint("POST", "/upload/youtube/v3/videos", "abrir la subida del video, privado (invisible)"),
    Endpoint(
        "POST", "/resumable/upload/youtube/v3/videos", "lo mismo, en la otra dirección que da el documento de Google"
    ),
    Endpoint("PUT", "/upload/youtube/v3/videos", "subir un trozo, o preguntar hasta dónde llegó"),
    Endpoint("PUT", "/resumable/upload/youtube/v3/videos", "lo mismo, en la otra dirección"),
    Endpoint("POST", "/upload/youtube/v3/thumbnails/set", "poner la miniatura del video nuestro (invisible)"),
    Endpoint("POST", "/upload/youtube/v3/captions", "poner los subtítulos del video nuestro (invisible)"),
    Endpoint("GET", "/youtube/v3/videos", "leer el estado del video y de qué canal es"),
    Endpoint("PUT", "/youtube/v3/videos", "publicar: privacyStatus=public; retirar lo nuestro: privacyStatus=private"),
    Endpoint("DELETE", "/youtube/v3/videos", "retirar el video nuestro que no llegó a ser público"),
    Endpoint("GET", "/youtube/v3/channels", "saber qué canal abre la autorización"),
    Endpoint("POST", "/token", "cambiar el código o la ficha de renovación por una autorización"),
    Endpoint("POST", "/revoke", "devolver una autorización"),
)
