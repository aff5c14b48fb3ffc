"""The review app: Streamlit's pages and our routes in one process. ``curate review`` starts it."""

from __future__ import annotations

from pathlib import Path

from starlette.middleware import Middleware
from streamlit import App

from review_ui import serving
from review_ui.doors import Doors
from review_ui.early import Early
from review_ui.routes import ROUTES

app = App(
    Path(__file__).with_name("main.py"),
    secrets=serving.login_secrets(serving.prepare()),
    lifespan=serving.lifespan,
    routes=ROUTES,
    middleware=[Middleware(Doors), Middleware(Early)],
)
