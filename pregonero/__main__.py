"""python -m pregonero: the same as the console command."""

from pregonero.cli import main

if __name__ == "__main__":
    main()
