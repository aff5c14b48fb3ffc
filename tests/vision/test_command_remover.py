import os
import select
import sys
import time

import numpy as np
import pytest

from curate.errors import ModelError, RemovalError, SettingsError
from curate.settings import OutsideRemover, load_settings
from curate.vision.loading import load_remover
from curate.vision.outside_removers import outside_fingerprint
from curate.vision.working_region import remove_object

GOOD = """
from PIL import Image
photo, mask = Image.open(sys.argv[1]), Image.open(sys.argv[2])
assert (photo.mode, mask.mode, photo.size) == ("RGB", "L", mask.size), "not as agreed"
assert set(mask.getdata()) == {0, 255}
photo.paste((1, 2, 3), mask=mask)
photo.save(sys.argv[3])
"""


@pytest.fixture
def program(tmp_path):
    """Call with Python code; gives a remover that runs it."""

    def make(code: str, **options):
        script = tmp_path / "a lab's remover.py"
        script.write_text("import sys, os, time\n" + code)
        command = f'{sys.executable} "{script}" {{photo}} {{mask}} {{output}}'
        return load_remover("lab", tmp_path, outside={"lab": OutsideRemover(command=command, **options)})

    return make


@pytest.fixture
def mask(still_life):
    mask = np.zeros(still_life.shape[:2], dtype=bool)
    mask[90:150, 120:200] = True
    return mask


def test_a_program_gets_two_pngs_and_gives_one(program, still_life, mask):
    removed = remove_object(program(GOOD), still_life, mask)
    assert (removed.pixels[removed.mask] == (1, 2, 3)).all()
    assert (removed.pixels == still_life)[~removed.mask].all()


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("raise ValueError('no GPU left')", r"ended with code 1 \(ValueError: no GPU left\)"),
        ("os.abort()", "ended with code -6"),
        ("pass", "wrote no output"),
        ("open(sys.argv[3], 'w').write('hello')", "no whole PNG"),
        (
            GOOD + "data = open(sys.argv[3], 'rb').read(); open(sys.argv[3], 'wb').write(data[:-900])",
            "no whole",
        ),
        (GOOD + "photo.resize((9, 7)).save(sys.argv[3])", "a picture of 9 x 7"),
        (GOOD + "photo.convert('RGBA').save(sys.argv[3])", "a PNG of mode RGBA"),
        (GOOD + "photo.save(sys.argv[3], 'JPEG')", "no whole PNG"),
        ("open(sys.argv[3], 'wb').truncate(3_000_000_000)", "3000000000 bytes, more than"),
        ("os.symlink('/etc/hostname', sys.argv[3])", "wrote no output"),
        ("sys.stderr.write('x' * 9_000_000); sys.exit(3)", "ended with code 3"),
    ],
)
def test_what_goes_wrong_is_one_sentence(program, still_life, mask, code, sentence):
    with pytest.raises(RemovalError, match=sentence) as error:
        remove_object(program(code), still_life, mask)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 400


def test_a_program_that_hangs_is_stopped_with_all_it_started(program, still_life, mask, tmp_path):
    pids = tmp_path / "pids"
    code = f"""
import subprocess
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open({str(pids)!r}, "w").write(f"{{os.getpid()}} {{child.pid}}")
time.sleep(600)
"""
    started = time.monotonic()
    with pytest.raises(RemovalError, match=r"stopped after 3 s.*timeout_seconds"):
        remove_object(program(code, timeout_seconds=3), still_life, mask)
    assert time.monotonic() - started < 30
    for pid in pids.read_text().split():
        assert _is_gone(pid)


def _is_gone(pid: str) -> bool:
    """A kill takes effect when the process is next scheduled, so that its end is waited for."""
    try:
        handle = os.pidfd_open(int(pid))
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 20)[0])  # readable once it has ended, reaped or not
    finally:
        os.close(handle)


def test_nothing_of_the_command_line_reaches_a_shell(still_life, mask, tmp_path):
    paths, more = "{photo} {mask} {output}", f"; touch {tmp_path}/broken `touch {tmp_path}/broken`"
    harmless = f"{sys.executable} -c pass {paths} {more}"
    with pytest.raises(RemovalError, match="wrote no output"):
        remove_object(load_remover(f"command:{harmless}", tmp_path), still_life, mask)
    assert list(tmp_path.iterdir()) == []


def test_our_own_secrets_are_not_handed_on(program, still_life, mask, monkeypatch):
    monkeypatch.setenv("CURATE_DATABASE_URL", "postgresql://somebody:secret@host/db")
    monkeypatch.setenv("LAB_SETTING", "kept")
    code = "assert os.environ['LAB_SETTING'] == 'kept'; assert 'CURATE_DATABASE_URL' not in os.environ" + GOOD
    assert remove_object(program(code), still_life, mask).pixels.shape == still_life.shape


def test_no_file_stays_behind(program, still_life, mask, tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    remove_object(program(GOOD), still_life, mask)
    with pytest.raises(RemovalError):
        remove_object(program("os.abort()"), still_life, mask)
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("python lama.py {photo} {mask}", "lacks {output}"),
        ("no-such-program {photo} {mask} {output}", "no-such-program is not a program here"),
        ("python 'lama.py {photo} {mask} {output}", "mend its quotes"),
        ("", "lacks {photo} and {mask} and {output}"),
    ],
)
def test_a_command_that_cannot_work_is_said_before_anything_runs(command, sentence, tmp_path):
    with pytest.raises(ModelError, match=sentence):
        load_remover(f"command:{command}", tmp_path)


def test_removers_are_named_in_the_workspace(tmp_path):
    toml = tmp_path / "curate.toml"
    toml.write_text(
        '[removers.lab]\ncommand = "true {photo} {mask} {output}"\npadding = 0.7\nlargest_side = 512\n'
    )
    remover = load_remover("lab", tmp_path, outside=load_settings(toml).removers)
    assert (remover.name, remover.padding, remover.largest_side) == ("lab", 0.7, 512)
    toml.write_text('[removers.lab]\nshell = "rm -r"\n')
    with pytest.raises(SettingsError, match=r"removers\.lab\.shell.*curate\.toml; there are command, url"):
        load_settings(toml)
    with pytest.raises(ModelError, match=r"either a command or a url"):
        load_remover("lab", tmp_path, outside={"lab": OutsideRemover()})
    with pytest.raises(ModelError, match=r"telea is a remover of Recurate"):
        load_remover("telea", tmp_path, outside={"telea": OutsideRemover(url="http://host/")})


def test_the_fingerprint_follows_the_version_and_not_the_patience():
    one = OutsideRemover(command="lama {photo} {mask} {output}", version="1")
    assert outside_fingerprint(one) == outside_fingerprint(one.model_copy(update={"timeout_seconds": 1.0}))
    others = [
        one.model_copy(update=each) for each in ({"version": "2"}, {"padding": 1.0}, {"largest_side": 512})
    ]
    assert len({outside_fingerprint(each) for each in (one, *others)}) == 4
