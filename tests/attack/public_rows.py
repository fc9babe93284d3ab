"""The addresses of the public site that take only the entity and answer to anybody."""

OPEN_DATA = (
    "statements_csv", "statements_json", "figures_csv", "figures_json", "published_csv", "published_json",
    "published_atom", "accounts_csv", "accounts_json", "catalog",
)  # fmt: skip
SITE_PAGES = ("index", "accounts", "check")
