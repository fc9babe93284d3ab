"""The addresses of the public site that take only the entity and answer to anybody."""

from tests.attack.row import FOUND, INVALID, OK

OPEN_DATA = (
    "statements_csv", "statements_json", "figures_csv", "figures_json", "published_csv", "published_json",
    "published_atom", "accounts_csv", "accounts_json", "catalog",
)  # fmt: skip
SITE_PAGES = ("index", "accounts", "check")
SITE = {
    "public:home": FOUND,  # to the site of the only entity
    "public:trust_txt": OK,
    "public:verify_account": INVALID,  # without the address of a profile
}
