"""The service directories of Debian's packages as input: svctl check finds nothing wrong, chpst does what they ask of it."""

import json
import os
import pathlib
import re
import shlex
import subprocess

import pytest
from support import process_state
from support.chains import SYSTEM
from support.debian_packages import WITH_SERVICES, packages, unpack  # noqa: F401  (a fixture)
from support.paths import BIN, foreign_program, program

INSPECTOR = ["/usr/bin/python3", "-I", "-S", "-c", pathlib.Path(process_state.__file__).read_text(encoding="utf-8")]
# Findings that are right. svlogd is no service but a place for others' symlinks, where the administrator's files are.
RIGHT = {"svlogd/example-conf: is not a setting", "svlogd/example-log.config: is not a setting"}


@pytest.fixture(scope="module")
def unpacked(packages, tmp_path_factory):  # noqa: F811
    root = tmp_path_factory.mktemp("root")
    for name in WITH_SERVICES:
        unpack(packages[name], root)
    return root


@pytest.fixture(scope="module")
def services(unpacked):
    """All service directories as they are once installed, in one scan directory."""
    directory = unpacked / "etc" / "sv"
    templates = unpacked / "usr" / "share" / "runit" / "sv"
    if os.geteuid() != 0:
        pytest.skip("needs root: Debian's cpsv, which installs the directories of runit-services, does")
    done = subprocess.run(
        ["sh", str(unpacked / "usr" / "bin" / "cpsv"), "a", *sorted(path.name for path in templates.iterdir())],
        env={"PATH": SYSTEM, "CPSV_DEST": str(directory), "CPSV_SOURCE": str(templates)},
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done
    return directory


def check(directory):
    """(number of directories, the findings without their hints)"""
    done = subprocess.run([program("svctl"), "check", "--json", str(directory)], capture_output=True, timeout=60, check=False)
    found = json.loads(done.stdout)
    return found["services"], {"/".join(filter(None, (one["service"], one["file"]))) + ": " + one["text"] for one in found["problems"]}


def test_they_are_checked(services):
    foreign_program("chpst", "runit")  # /lib/runit/invoke-run interprets many of them, and /etc/sv/svlogd/run is their logger
    count, findings = check(services)
    assert findings == RIGHT
    assert count >= 60 and count >= len(list(services.iterdir()))


def test_a_logger_that_is_not_there_yet_is_said(unpacked):
    """Until Debian's cpsv has made the link to the common log script, a log/ is empty: that is worth a finding."""
    foreign_program("chpst", "runit")
    templates = unpacked / "usr" / "share" / "runit" / "sv"
    empty = {path.name for path in templates.iterdir() if (path / "log").is_dir() and not (path / "log" / "run").exists()}
    assert len(empty) > 10
    assert check(templates)[1] == {f"{name}/log: holds none of run, start and target, so it is not a service" for name in empty}


def scripts(directory):
    """All programs in service directories, loggers' and control/ too."""
    return sorted(path for path in directory.rglob("*") if path.is_file() and (path.name in ("run", "finish", "check") or path.parent.name == "control"))


def uses_of_chpst(directory):
    """The options that scripts give to chpst, each set once, with accounts and files that this test has."""
    found = {("-e", "variables", "--")}  # invoke-run's, which is no service directory's
    for path in scripts(directory):
        for text in re.findall(r"chpst ([^\n\\]*)", path.read_text(encoding="utf-8")):
            options = []
            for word in shlex.split(text):
                if not word.startswith("-") and not (options and options[-1] in ("-u", "-U", "-d", "-e")):
                    break
                options.append(word)
            text = shlex.join(options).replace("'${DATALIMIT}'", "400000000").replace("'${LOGUSER}'", "nobody").replace("-m12000000", "-m500000000")  # Python needs more
            found.add(tuple(shlex.split(re.sub(r"(-[uU] ?)[a-zA-Z_-]+", r"\1nobody", text))))
    return sorted(found)


def test_chpst_as_they_use_it(run, services, tmp_path):
    """The same process, fused and not, as Debian's chpst makes: rights, limits, environment, session, descriptors."""
    theirs = foreign_program("chpst", "runit")
    tmp_path.chmod(0o755)
    for path in (tmp_path.parent, tmp_path.parent.parent):
        path.chmod(0o755)  # for those that have dropped their rights
    (tmp_path / "variables").mkdir()
    (tmp_path / "variables" / "SGETTY").write_text("ttyS0\n")
    uses = uses_of_chpst(services)
    assert len(uses) >= 8
    letters = {word[:2] for use in uses for word in use if word.startswith("-")}
    assert letters >= {"-u", "-U", "-o", "-d", "-m", "-P", "-e"}
    for use in uses:
        seen = []
        for command, environment, path in ((theirs, {}, SYSTEM), ("chpst", {}, None), ("chpst", {"CHAINLOAD_NO_FUSE": "1"}, None)):
            # one path for all, as it is in the state; ours is named by its directory
            done = run(command, *use, *INSPECTOR, environment={"LANG": "C", **environment}, path=path or SYSTEM)
            assert done.stdout, (use, done)
            state = json.loads(done.stdout)
            state.pop("mounts", None)
            seen.append(state)
        assert seen[0] == seen[1] == seen[2], use


OURS = {"chpst"}  # of what these scripts call, as helpers; sv, svlogd and utmpset stay runit's


def test_what_is_ours_comes_first(services):
    """With our programs first in PATH a script gets ours where there is one, and runit's else."""
    called = set()
    for path in scripts(services):
        called |= set(re.findall(r"\b(chpst|svlogd|sv|setuidgid|envdir|softlimit|setlock|utmpset|svwaitup)\b(?= )", path.read_text(encoding="utf-8")))
    assert called >= {"chpst", "svlogd", "sv", "utmpset"}
    assert {name for name in called if (BIN / name).exists()} == OURS
