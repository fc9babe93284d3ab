"""Start the lab: python -m lab --data FOLDER."""

from __future__ import annotations

import argparse
from pathlib import Path

from lab.server import serve


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m lab", description="Laboratorio: cinco redes y el sitio, en este equipo."
    )
    parser.add_argument("--host", default="127.0.0.1", help="dirección en la que escucha")
    parser.add_argument("--port", type=int, default=8810, help="puerto; 0 escoge uno libre")
    parser.add_argument("--data", type=Path, required=True, help="carpeta donde guarda su libro y sus medios")
    parser.add_argument("--demo", action="store_true", help="carga las cuentas de la entidad de demostración")
    parser.add_argument("--accounts", type=Path, action="append", default=[], help="archivo JSON con más cuentas")
    parser.add_argument("--seed", type=int, default=0, help="semilla de lo que tarda cada red en procesar un archivo")
    options = parser.parse_args()
    serve(options.host, options.port, options.data, options.demo, tuple(options.accounts), seed=options.seed)


if __name__ == "__main__":
    main()
