"""Run the command line as ``python -m curate``."""

from curate.cli.app import main

if __name__ == "__main__":
    main()
