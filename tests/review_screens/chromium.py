"""The Chromium that the screens are tested in."""

from __future__ import annotations

import os
import shutil

from playwright.sync_api import Browser, BrowserType


def find_chromium() -> str | None:
    """Its build without windows where there is one: the same engine for a fifth of the processor time."""
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


def launch(browser_type: BrowserType) -> Browser:
    # Chromium's sandbox does not work for root, whom containers run as.
    return browser_type.launch(executable_path=find_chromium(), chromium_sandbox=os.geteuid() != 0)
