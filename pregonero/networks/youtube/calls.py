"""Every call that the connector of YouTube makes; a test reads this table.

The only removal is of the video that we uploaded and that is still private: before it, its `privacyStatus` is read.
"""

from pregonero.networks.wire import Call

CALLS = (
    Call("POST", "/upload/youtube/v3/videos", "abrir la subida del video, privado (invisible)"),
    Call("POST", "/resumable/upload/youtube/v3/videos", "lo mismo, en la otra dirección que da el documento de Google"),
    Call("PUT", "/upload/youtube/v3/videos", "subir un trozo, o preguntar hasta dónde llegó"),
    Call("PUT", "/resumable/upload/youtube/v3/videos", "lo mismo, en la otra dirección"),
    Call("POST", "/upload/youtube/v3/thumbnails/set", "poner la miniatura del video nuestro (invisible)"),
    Call("POST", "/upload/youtube/v3/captions", "poner los subtítulos del video nuestro (invisible)"),
    Call("GET", "/youtube/v3/videos", "leer el estado del video"),
    Call("PUT", "/youtube/v3/videos", "publicar: privacyStatus=public"),
    Call("DELETE", "/youtube/v3/videos", "retirar el video nuestro que no llegó a ser público"),
    Call("GET", "/youtube/v3/channels", "saber qué canal abre la autorización"),
    Call("POST", "/token", "cambiar el código o la ficha de renovación por una autorización"),
    Call("POST", "/revoke", "devolver una autorización"),
)
