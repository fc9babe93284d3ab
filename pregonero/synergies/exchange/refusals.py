"""Why a package is refused: each reason has a name, which the receipt carries, and a sentence for people (S-4)."""

from pregonero.errors import Refused

REASONS = {
    "too_big": "El paquete pesa más de lo que se recibe. Envía los archivos grandes por otra vía.",
    "malformed": "El paquete no tiene la forma que dice el formato. Pide que lo envíen otra vez.",
    "not_a_package": "El sobre no trae una sinergia. Revisa que sea el archivo correcto.",
    "unknown_key": "Lo firma una llave que no está en tu lista. Llama a quien lo envía y agrega su llave.",
    "key_not_in_force": "Lo firma una llave que hoy no rige. Pide a quien lo envía su llave de ahora.",
    "key_revoked": "Lo firma una llave revocada. No lo uses, y avisa a quien lo envía.",
    "wrong_sender": "Lo firma una llave que no es de quien dice enviarlo.",
    "bad_signature": "La firma no corresponde: alguien cambió el paquete. No lo uses.",
    "not_for_us": "El paquete es para otra entidad.",
    "expired": "El paquete venció. Pide uno nuevo.",
    "from_the_future": "El paquete tiene una fecha que no ha llegado. Revisen el reloj de ambos equipos.",
    "lives_too_long": "El paquete vence después de un mes de hecho. Pide uno con menos plazo.",
    "replayed": "Este paquete ya se recibió.",
    "older_version": "Ya se recibió una versión posterior de esta sinergia.",
    "long_embargo": "El embargo dura más de tres meses. Pide que lo envíen más cerca de la fecha.",
    "schedule_inside_embargo": "Piden que salga antes de que termine el embargo.",
    "embargo_with_schedule": "Trae embargo y hora de salida: debe traer una de las dos.",
    "window_out_of_order": "La ventana termina antes de empezar.",
    "too_many_texts": "Trae más textos de los que se reciben.",
    "same_texts": "Dos de los textos son iguales. Cada cuenta de X necesita el suyo.",
    "text_too_long": "Uno de los textos es más largo de lo que se recibe.",
    "too_many_files": "Trae más archivos de los que se reciben.",
    "file_missing": "Falta un archivo de los que anuncia.",
    "file_not_listed": "Trae un archivo que no anuncia.",
    "file_digest": "Un archivo no es el que dice su huella. No lo uses.",
    "request_signature": "La petición no viene firmada por una llave de tu lista.",
    "request_expired": "La petición llegó tarde: revisen el reloj de ambos equipos y envíenla otra vez.",
    "withdraws_nothing": "Retira una sinergia que no se ha recibido.",
}


class PackageRefused(Refused):
    """A package, a receipt or the request that brings one is refused, for one of `REASONS`."""

    code = "package_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(REASONS[reason], reason=reason)
        self.reason = reason
