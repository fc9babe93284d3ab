"""Records leave the installation: signed checkpoints, proofs, exports, and the program that checks them."""
