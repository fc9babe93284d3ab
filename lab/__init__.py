"""The laboratory: a stand-in for X, Facebook, Instagram, YouTube and Mastodon on one loopback port.

It speaks their real protocols so that nothing ever leaves the machine, and keeps a ledger that judges what
became public.
It imports nothing of the product, and the product nothing of it.
"""
