"""Uploads in parts that go on after a cut, by the tus 1.0 protocol (https://tus.io/protocols/resumable-upload)."""
