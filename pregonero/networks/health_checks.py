"""Checks of the credentials' encryption keys, the Graph API version and the connected accounts."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from pregonero.health.runner import CheckResult
from pregonero.networks import vault
from pregonero.networks.facebook.graph import VERSION_ENDS
from pregonero.networks.models import Account, AccountState, Credential, CredentialState
from pregonero.networks.vault import count_unreadable

WARNING_PERIOD = timedelta(days=90)
SHORTEST_KEY = 32
NAMES_SHOWN = 10


def check_keys(entity_id: int | None) -> CheckResult:
    """Check that the encryption key is private, long enough, not the session key, and opens every credential."""
    problem = vault.key_problem()
    if problem:
        return CheckResult("keys", ok=False, sentence=problem)
    texts = [key.text for key in vault.read_keys()]
    if settings.SECRET_KEY in texts or min(map(len, texts)) < SHORTEST_KEY:
        sentence = "La llave de las credenciales es corta o es la misma de las sesiones."
        return CheckResult("keys", ok=False, sentence=sentence)
    unreadable = count_unreadable()
    if unreadable:
        sentence = (
            f"{unreadable} credenciales no se abren con esta llave: trae la que falta, o conecta otra vez las cuentas."
        )
        return CheckResult("keys", ok=False, sentence=sentence)
    return CheckResult(
        "keys", ok=True, sentence="La llave de las credenciales está fuera de la base, y las abre todas."
    )


def check_graph_version(entity_id: int | None) -> CheckResult:
    """Check that Meta supports the configured Graph API version for at least `WARNING_PERIOD` more."""
    version, ends_on = settings.GRAPH_VERSION, VERSION_ENDS.get(settings.GRAPH_VERSION)
    if ends_on is None:
        sentence = f"Meta Graph {version}: no sabemos hasta cuándo responde; míralo en su página de versiones."
        return CheckResult("graph", ok=True, sentence=sentence)
    ok = timezone.localdate() < ends_on - WARNING_PERIOD
    advice = "" if ok else ": cámbiala"
    return CheckResult("graph", ok, f"Meta Graph {version} responde hasta el {ends_on:%d/%m/%Y}{advice}.")


def check_accounts(entity_id: int | None) -> CheckResult:
    """Check that every account in use has a valid credential."""
    accounts = Account.objects.exclude(state=AccountState.RETIRED)
    connected = Credential.objects.filter(state=CredentialState.GOOD).values("account_id")
    disconnected = accounts.exclude(pk__in=connected)
    if entity_id is not None:
        disconnected = disconnected.filter(entity_id=entity_id)
    names = ", ".join(str(account) for account in disconnected.order_by("pk")[:NAMES_SHOWN])
    if names:
        return CheckResult("accounts", ok=False, sentence=f"Sin conectar: {names}.")
    return CheckResult("accounts", ok=True, sentence="Cuentas conectadas.")


CHECKS = (check_keys, check_graph_version, check_accounts)
