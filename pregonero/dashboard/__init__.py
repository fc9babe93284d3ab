"""Hoy: what each person must do now, what goes out, what went wrong."""
