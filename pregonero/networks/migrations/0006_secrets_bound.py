"""The accounts' tokens sealed again as they are now: each bound to its account, and the key's name beside it."""

import base64
import hashlib
import json

from cryptography.fernet import Fernet, InvalidToken
from django.db import migrations


def bind(apps, schema_editor):
    from pregonero.networks import keyring, vault
    from pregonero.networks.sealing import VERSION

    for credential in apps.get_model("networks", "Credential").objects.all():
        sealed = bytes(credential.sealed)
        if sealed[:1] == VERSION:
            continue
        for key in keyring.ring():
            # As the first version sealed: Fernet, under the digest of the key's text.
            box = Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.text.encode()).digest()))
            try:
                token = box.decrypt(sealed).decode()
            except InvalidToken:
                continue
            secret = json.dumps({"access": token, "refresh": ""})
            credential.sealed = vault.seal(secret, bound=f"credential:{credential.account_id}")
            credential.save(update_fields=["sealed"])
            break


class Migration(migrations.Migration):
    dependencies = [("networks", "0005_register_of_accounts")]

    operations = [migrations.RunPython(bind, migrations.RunPython.noop, elidable=True)]
