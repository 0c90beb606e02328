"""sv-security(7), LOGS: multilog in a directory that somebody else has prepared."""

import subprocess

import pytest
from support.paths import program

TEXT = "of somebody else\n"


def multilog(directory, *script, lines=b"a line\n"):
    return subprocess.run([program("multilog"), *script, str(directory)], input=lines, capture_output=True, timeout=20, check=True)


@pytest.mark.parametrize("file", ["current", "state", "lock", "previous", "processed", "newstate", "compressing"])
def test_multilog_follows_no_symbolic_link_in_its_directory(tmp_path, file):
    victim = tmp_path / "victim"
    victim.write_text(TEXT, encoding="ascii")
    victim.chmod(0o600)
    directory = tmp_path / "log"
    directory.mkdir()
    (directory / file).symlink_to(victim)
    if file == "lock":
        ended = subprocess.run([program("multilog"), str(directory)], input=b"x\n", capture_output=True, timeout=20, check=False)
        assert ended.returncode == 111
    else:
        multilog(directory)
        assert (directory / "current").read_bytes() == b"a line\n" and not (directory / "current").is_symlink()
    assert victim.read_text(encoding="ascii") == TEXT and victim.stat().st_mode & 0o777 == 0o600


def test_multilog_keeps_others_from_its_directory(tmp_path):
    multilog(tmp_path / "log")
    assert (tmp_path / "log").stat().st_mode & 0o7777 == 0o700
