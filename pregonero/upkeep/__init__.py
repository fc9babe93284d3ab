"""Whether the installation is well: what befell it, and the beat of its workers."""
