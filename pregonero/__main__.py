"""`python -m pregonero` runs the console command."""

from pregonero.cli import main

if __name__ == "__main__":
    main()
