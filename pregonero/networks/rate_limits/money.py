"""How money is written: whole micro-dollars inside, dollars with a comma for people."""

from pregonero.networks.post_validation import number
from pregonero.networks.rate_limits.policy import MICROS

CENT = MICROS // 100


def dollars(micros: int) -> str:
    """Return micro-dollars as a person reads them: "1.234,56 USD"; what is less than a cent keeps its thousandths."""
    places = 2 if micros % CENT == 0 or micros >= MICROS else 3
    whole, _, rest = f"{micros / MICROS:.{places}f}".partition(".")
    return f"{number(int(whole))},{rest} USD"
