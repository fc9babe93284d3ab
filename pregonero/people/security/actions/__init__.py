"""Everything that changes a person's second factor, devices and sessions."""

from pregonero.people.security.actions.factors import (
    APP,
    CODES,
    RECOVERY,
    TRUST,
    Place,
    confirm_code_app,
    device_digest,
    forget_devices,
    make_recovery_codes,
    note_key_added,
    note_sign_in,
    record_for,
    remove_code_app,
    remove_key,
    start_code_app,
    use_code,
)

__all__ = [
    "APP", "CODES", "RECOVERY", "TRUST", "Place", "confirm_code_app", "device_digest", "forget_devices",
    "make_recovery_codes", "note_key_added", "note_sign_in", "record_for", "remove_code_app",
    "remove_key", "start_code_app", "use_code",
]  # fmt: skip
