"""Checks of the credentials' encryption keys, the Graph API version and the connected accounts."""

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from pregonero import vault
from pregonero.health.runner import Area, CheckResult, Detail, Level
from pregonero.networks.facebook.graph import VERSION_ENDS
from pregonero.networks.models import Account, AccountState, Credential, CredentialState
from pregonero.vault import count_unreadable

WARNING_PERIOD = timedelta(days=90)
SHORTEST_KEY = 32


def check_keys(entity_id: int | None) -> CheckResult:
    """Check that the encryption key is private, long enough, not the session key, and opens every credential."""
    problem = vault.key_problem()
    if problem:
        return CheckResult("keys", Area.SECURITY, Level.ERROR, problem)
    texts = [key.text for key in vault.read_keys()]
    if settings.SECRET_KEY in texts or min(map(len, texts)) < SHORTEST_KEY:
        sentence = "La llave de las credenciales es corta o es la misma de las sesiones."
        return CheckResult("keys", Area.SECURITY, Level.ERROR, sentence, "Cámbiala: «pregonero keys rotate».")
    unreadable = count_unreadable()
    if not unreadable:
        return CheckResult("keys", Area.SECURITY, Level.GOOD, "Claves protegidas.")
    sentence = "Una credencial no se abre con esta llave."
    if unreadable > 1:
        sentence = f"{unreadable} credenciales no se abren con esta llave."
    remedy = "Restaura la llave que falta, o conecta otra vez las cuentas."
    return CheckResult("keys", Area.SECURITY, Level.ERROR, sentence, remedy)


def check_graph_version(entity_id: int | None) -> CheckResult:
    """Check that Meta supports the configured Graph API version for at least `WARNING_PERIOD` more."""
    version, ends_on = settings.GRAPH_VERSION, VERSION_ENDS.get(settings.GRAPH_VERSION)
    if ends_on is None:
        sentence = f"Meta Graph {version}: no sabemos hasta cuándo responde; míralo en su página de versiones."
        return CheckResult("graph", Area.ACCOUNTS, Level.GOOD, sentence)
    sentence = f"Meta Graph {version} responde hasta el {ends_on:%d/%m/%Y}."
    if timezone.localdate() < ends_on - WARNING_PERIOD:
        return CheckResult("graph", Area.ACCOUNTS, Level.GOOD, sentence)
    return CheckResult("graph", Area.ACCOUNTS, Level.REVIEW, sentence, "Cambia PREGONERO_GRAPH_VERSION.")


def check_accounts(entity_id: int | None) -> CheckResult:
    """Check that every account in use has a valid credential."""
    accounts = Account.objects.exclude(state=AccountState.RETIRED).order_by("pk")
    if entity_id is not None:
        accounts = accounts.filter(entity_id=entity_id)
    credentials = Credential.objects.filter(account__in=accounts)
    known = {
        account_id: (state, why) for account_id, state, why in credentials.values_list("account_id", "state", "problem")
    }
    disconnected = [account for account in accounts if known.get(account.pk, ("", ""))[0] != CredentialState.GOOD]
    if not disconnected:
        return CheckResult("accounts", Area.ACCOUNTS, Level.GOOD, "Cuentas conectadas.")
    details = tuple(
        Detail(str(account), known.get(account.pk, ("", ""))[1] or "Todavía no se ha conectado.", _path(account))
        for account in disconnected
    )
    sentence = "Una cuenta está sin conectar: nada sale en ella."
    if len(details) > 1:
        sentence = f"{len(details)} cuentas están sin conectar: nada sale en ellas."
    level = Level.ERROR if any(account.pk in known for account in disconnected) else Level.REVIEW
    return CheckResult(
        "accounts",
        Area.ACCOUNTS,
        level,
        sentence,
        "Ábrela y conéctala." if len(details) == 1 else "Ábrelas y conéctalas.",
        details,
    )


def _path(account: Account) -> str:
    return reverse("networks:account", args=[account.pk])


CHECKS = (check_keys, check_graph_version, check_accounts)
