"""The README's pictures, from what the screen tests kept: drawn things, so that nobody's photos are shown.

python -m pytest tests/review_screens/test_screens.py
PYTHONPATH=tests:tests/benchmarks python tests/review_screens/search_picture.py
python tests/review_screens/readme_pictures.py [SCREEN...]
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

KEPT = Path(__file__).parents[2] / "ci-artifacts" / "screens"
PICTURES = Path(__file__).parent / "pictures"
SCREENS = {name: name for name in ("home", "groups", "removals", "pairs", "progress")} | {
    "search": "search-found"
}
LOOKS = {"light": "light-1280x800", "dark": "dark-1920x1080"}
WIDTH = 1280


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    for screen in sys.argv[1:] or SCREENS:
        for scheme, look in LOOKS.items():
            with Image.open(KEPT / f"{SCREENS[screen]}-{look}.png") as shot:
                height = round(shot.height * WIDTH / shot.width)
                small = shot.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS)
            small.save(PICTURES / f"{screen}-{scheme}.webp", quality=80, method=6)


if __name__ == "__main__":
    main()
