"""The lab: an emulator of X, Facebook, Instagram, YouTube and Mastodon on one loopback port.

It implements their real HTTP protocols, so that tests and demonstrations send nothing to the internet, and it records
what became public. It imports nothing of the product, and the product imports nothing of it.
"""
