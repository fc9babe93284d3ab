"""`pregonero keys rotate`: a new key for the vault, with which every secret is encrypted again.

The new key is added to the file before any secret is encrypted with it; the old one is removed when no secret needs
it. A rotation that was interrupted is finished by the next one, which adds no further key.
"""

from dataclasses import dataclass

from pregonero import vault
from pregonero.networks.actions.credentials import reencrypt_secrets


@dataclass(frozen=True)
class Rotation:
    """The result of a rotation: the number of secrets encrypted with the current key, and a Spanish sentence."""

    ok: bool
    secrets: int
    sentence: str


def rotate() -> Rotation:
    """Replace the key of the vault, or finish a rotation that was interrupted."""
    problem = vault.key_problem()
    if problem:
        return Rotation(ok=False, secrets=0, sentence=problem)
    is_in_file = vault.is_key_in_file()
    if is_in_file and len(vault.read_keys()) == 1:
        vault.add_key()
    try:
        secrets = reencrypt_secrets()
    except vault.SecretUnreadable as error:
        return Rotation(ok=False, secrets=0, sentence=f"{error} No se cambió nada: la llave anterior sigue en uso.")
    if is_in_file:
        vault.remove_old_keys()
        return Rotation(
            ok=True, secrets=secrets, sentence=f"Llave nueva en uso: {secrets} credenciales guardadas con ella."
        )
    advice = "La llave viene de PREGONERO_VAULT_KEY: ya puedes quitar de allí las que van después de la primera."
    return Rotation(
        ok=True, secrets=secrets, sentence=f"{secrets} credenciales guardadas con la primera llave. {advice}"
    )
