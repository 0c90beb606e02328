"""cmake --install: what lands where, and that it works from there."""

import os
import re
import shutil
import subprocess

import pytest
from support.awaiting import await_until
from support.paths import BIN, SOURCE, foreign_program
from support.source_tables import installed_names, manual_pages

# What a program does with an option that it does not have: 100 for wrong usage, else what daemontools does.
# recordio and no-new-privs have no options: what looks like one is the program.
LENIENT = {"envdir": 111, "fghack": 111, "multilog": 0, "no-new-privs": 127, "pgrphack": 111, "recordio": 111,
           "svok": 111, "svstat": 0, "tai64n": 0, "tai64nlocal": 0}  # fmt: skip


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """An installation of the build under test, moved after it was made."""
    if not (BIN.parent / "cmake_install.cmake").is_file():
        pytest.skip(f"{BIN} is no build tree of ours")
    made = tmp_path_factory.mktemp("installed") / "first"
    cmake = foreign_program("cmake", "cmake")
    done = subprocess.run([cmake, "--install", BIN.parent, "--prefix", made], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    return made.rename(made.with_name("moved"))


def test_every_program_and_link_is_there_and_nothing_else(prefix):
    assert sorted(os.listdir(prefix / "bin")) == installed_names()


def test_every_page_is_there_and_nothing_else(prefix):
    installed = {str(path.relative_to(prefix)) for path in prefix.rglob("*") if path.is_file() and path.parent != prefix / "bin"}
    assert installed == {f"share/man/man{page.suffix[1:]}/{page.name}" for page in manual_pages()}


def test_links_stay_inside(prefix):
    """They are names beside the program: an installation can be moved and packed."""
    targets = {os.readlink(path) for path in (prefix / "bin").iterdir() if path.is_symlink()}
    assert targets and all("/" not in target and (prefix / "bin" / target).is_file() for target in targets)


@pytest.mark.parametrize("name", installed_names())
def test_it_runs_under_its_name(prefix, tmp_path, name):
    done = subprocess.run(
        [prefix / "bin" / name, "-Z"], cwd=tmp_path, env={"PATH": "/nowhere"}, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=20
    )  # fmt: skip
    assert done.returncode == LENIENT.get(name, 100), done.stderr
    if done.returncode:
        assert re.search(rf"(^|/|usage: ){re.escape(name)}\b", done.stderr, re.MULTILINE), done.stderr


def test_an_installed_chain_and_an_installed_service(prefix, tmp_path, nursery):
    path = f"{prefix / 'bin'}:/usr/bin:/bin"
    fused = subprocess.run(
        ["umask", "027", "cd", "/", "sh", "-c", "umask; pwd"], executable=prefix / "bin" / "umask", env={"PATH": path}, capture_output=True, check=False
    )  # fmt: skip
    assert fused.stdout == b"0027\n/\n"
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "run").write_text("#!/bin/sh\nexec sleep 1000\n")
    (tmp_path / "web" / "run").chmod(0o755)
    environment = {**nursery.environment, "PATH": path}
    with subprocess.Popen([shutil.which("supervise", path=path), "web"], cwd=tmp_path, env=environment) as supervise:
        await_until(lambda: subprocess.run([prefix / "bin" / "svok", tmp_path / "web"], env=environment, check=False).returncode == 0)
        waited = subprocess.run([prefix / "bin" / "svwait", "-t", "10s", tmp_path / "web"], env=environment, check=False)
        said = subprocess.run([prefix / "bin" / "svstat", tmp_path / "web"], env=environment, capture_output=True, text=True, check=False)
        subprocess.run([prefix / "bin" / "svc", "-dx", tmp_path / "web"], env=environment, check=True)
        assert supervise.wait(timeout=10) == 0
    assert (waited.returncode, " up " in said.stdout) == (0, True), said.stdout


@pytest.mark.parametrize("preset", sorted(path.stem for path in (SOURCE / "tests" / "presets").glob("*.cmake")))
def test_the_preset_configures(tmp_path, preset):
    cmake = foreign_program("cmake", "cmake")
    done = subprocess.run(
        [cmake, "-G", "Ninja", "-S", SOURCE, "-B", tmp_path / "build", "-C", SOURCE / "tests" / "presets" / f"{preset}.cmake"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    assert "lean programs are linked with: host" in done.stdout
