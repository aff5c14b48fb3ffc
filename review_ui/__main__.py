"""``python -m review_ui run app.py ...``: Streamlit's own command, which Ctrl-C ends without a complaint."""

from __future__ import annotations

import sys

import click
from streamlit.web.cli import main

if __name__ == "__main__":  # not in processes that this one spawns, which import it anew
    try:
        main(prog_name="streamlit", standalone_mode=False)
    except click.exceptions.Abort:
        sys.stderr.write("The review app has ended.\n")
