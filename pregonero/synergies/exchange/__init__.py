"""Synergies between installations, as signed packages (S-4). The format is docs/formats/paquete-de-sinergia.md."""
