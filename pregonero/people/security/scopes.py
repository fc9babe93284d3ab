"""What a token may be made for: the scopes, in the words of the page where they are chosen."""

SCOPES: dict[str, str] = {
    "needs.read": "Ver lo que las áreas piden contar",
    "needs.write": "Pedir que algo se cuente, y decidirlo",
    "news.read": "Ver las noticias",
    "news.write": "Informar y descartar noticias",
    "campaigns.read": "Ver las campañas",
    "campaigns.write": "Abrir y cambiar campañas",
    "pieces.read": "Ver las piezas y su aprobación",
    "pieces.approve": "Aprobar piezas, devolverlas y enviarlas",
    "publications.read": "Ver las publicaciones",
    "publications.write": "Preparar, programar y cancelar publicaciones",
    "calendar.read": "Ver la parrilla",
    "petitions.read": "Ver las peticiones, sin los datos de quien las hace",
    "petitions.write": "Escribir el radicado de las peticiones",
}
"""A scope never adds a right: what the person may not do, no token of theirs does."""
