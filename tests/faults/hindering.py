"""What keeps a delivery from going out that is no network's fault: nobody connected its account, or the database does
not take its attempt. It ends when somebody clears the way.
"""

from django.db import connection

from pregonero.networks.models import Account, Credential

REFUSING = """
CREATE TABLE IF NOT EXISTS tests_refused (delivery_id bigint PRIMARY KEY);
CREATE OR REPLACE FUNCTION tests_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM tests_refused WHERE delivery_id = NEW.delivery_id) THEN
        RAISE integrity_constraint_violation USING MESSAGE = 'refused by the tests';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER tests_refuse BEFORE INSERT ON outbox_attempt
    FOR EACH ROW EXECUTE FUNCTION tests_refuse();
"""


class Hindered:
    """The deliveries that are kept from going out now, and how each goes on."""

    def __init__(self) -> None:
        self._credentials: list[Credential] = []
        self._refused: list[int] = []

    def hinder(self, act: str, account: Account, delivery: int) -> None:
        """Hinder a delivery as its course says, if it says so."""
        if act == "disconnect":
            credential = Credential.objects.get(account=account)
            Credential.objects.filter(pk=credential.pk).delete()
            self._credentials.append(credential)
        elif act == "refuse":
            with connection.cursor() as cursor:
                cursor.execute(REFUSING)
                cursor.execute("INSERT INTO tests_refused VALUES (%s)", [delivery])
            self._refused.append(delivery)

    def clear(self) -> None:
        """Let them all go."""
        for credential in self._credentials:
            credential.save(force_insert=True)
        if self._refused:
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM tests_refused")
        self._credentials, self._refused = [], []
