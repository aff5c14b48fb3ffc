"""Judge composed counterfactual pairs, of which all is known, and count what is caught and what passes.

    python tests/benchmarks/pair_truth.py                        the held-out part: the published figures
    python tests/benchmarks/pair_truth.py --tuning --kind shift  the part that thresholds are chosen on

Results are kept by the sources of checks and generator: a run that was stopped goes on where it was, and one
after a changed line starts anew. The first run fetches 360 MB of scanned things and renders them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path

import cv2

from composed_pairs import Recipe
from composed_scenes import Part, fetch_things
from curate.settings import Settings
from pair_defects import recipes
from pair_judging import Judged, judged
from pair_tables import print_tables

PROCESSES = 2
GENERATOR = ("cast_views", "composed_*", "pair_defects", "pair_judging", "scanned_things")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tuning", action="store_true", help="the other part")
    parser.add_argument("--kind", action="append", help="only this kind; can be repeated")
    parser.add_argument("--limit", type=int, help="at most so many pairs per kind and magnitude")
    parser.add_argument(
        "--pictures", type=Path, help="write contact sheets of what went wrong into this folder"
    )
    options = parser.parse_args()
    part: Part = "tuning" if options.tuning else "held-out"
    wanted = [recipe for recipe in recipes(part) if options.kind is None or recipe.kind in options.kind]
    if options.limit is not None:
        wanted = [recipe for recipe in wanted if recipe.index < options.limit]
    results = run(wanted, kept_results(part))
    print_tables(part, results)
    if options.pictures:
        from pair_pictures import write_sheets

        write_sheets(part, results, options.pictures)
    return 0


def run(wanted: Sequence[Recipe], kept: Path) -> list[Judged]:
    """Results of all the wanted pairs, in their order; those on file are not computed again."""
    fetch_things()
    done = {result.key: result for result in stored(kept)}
    missing = [recipe for recipe in wanted if key(recipe) not in done]
    with (
        ProcessPoolExecutor(PROCESSES, initializer=cv2.setNumThreads, initargs=(1,)) as pool,
        kept.open("a") as file,
    ):
        futures = [pool.submit(judged, recipe) for recipe in missing]
        for count, future in enumerate(as_completed(futures), start=1):
            result = future.result()
            done[result.key] = result
            file.write(json.dumps(asdict(result)) + "\n")
            file.flush()
            progress(count, len(missing))
    return [done[key(recipe)] for recipe in wanted]


def key(recipe: Recipe) -> tuple[str, str, int]:
    return recipe.kind, str(recipe.magnitude), recipe.index


def stored(kept: Path) -> Iterable[Judged]:
    """What earlier runs wrote; a line that a kill cut short is left out."""
    if not kept.exists():
        return
    for line in kept.read_text().splitlines(keepends=True):
        if line.endswith("\n"):
            yield Judged(**json.loads(line))


def kept_results(part: Part) -> Path:
    measuring = [module for name, module in sys.modules.items() if name.startswith("curate.capture.")]
    sources = sorted(Path(str(module.__file__)) for module in measuring)
    sources += sorted(path for name in GENERATOR for path in Path(__file__).parent.glob(f"{name}.py"))
    fingerprint = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]
    folder = Settings().models_dir.parent / "pair-truth"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{part}-{fingerprint}.jsonl"


def progress(count: int, total: int) -> None:
    if count % 20 == 0 or count == total:
        print(f"{count} of {total} pairs", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
