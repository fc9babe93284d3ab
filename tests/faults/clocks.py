"""A worker's machine whose clock is wrong: only what this process reads of it."""
