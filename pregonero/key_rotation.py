"""`pregonero keys rotate`: a new key for the vault, and everything sealed with it; a cut at any moment loses nothing.

The new key joins the old one in the file before anything is sealed with it; the old one leaves when nothing needs it
any more. A rotation that was cut is finished by the next one, which makes no other key.
"""

from dataclasses import dataclass

from pregonero.networks import keyring
from pregonero.networks.actions import seal_again
from pregonero.networks.vault import SecretUnreadable


@dataclass(frozen=True)
class Rotation:
    """What came of it: how many secrets are sealed with the key of now, and the sentence."""

    ok: bool
    sealed: int
    sentence: str


def rotate() -> Rotation:
    """Change the key of the vault, or finish the change that was begun."""
    problem = keyring.problem()
    if problem:
        return Rotation(ok=False, sealed=0, sentence=problem)
    ours = keyring.is_in_file()
    if ours and len(keyring.ring()) == 1:
        keyring.add_key()
    try:
        sealed = seal_again()
    except SecretUnreadable as error:
        return Rotation(ok=False, sealed=0, sentence=f"{error} No se cambió nada: la llave anterior sigue en uso.")
    if ours:
        keyring.drop_old()
        return Rotation(
            ok=True, sealed=sealed, sentence=f"Llave nueva en uso: {sealed} credenciales guardadas con ella."
        )
    words = "La llave viene de PREGONERO_VAULT_KEY: ya puedes quitar de allí las que van después de la primera."
    return Rotation(ok=True, sealed=sealed, sentence=f"{sealed} credenciales guardadas con la primera llave. {words}")
