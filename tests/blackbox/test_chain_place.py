"""The helpers that say where a program runs: chroot, runtime-dir. cd and umask are in test_chain.py."""

import os
import shutil
import subprocess

import pytest
from support.chains import sh
from support.paths import linked_with, program

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to change the root and to give directories away")
NOBODY = 65534


@pytest.fixture
def new_root(tmp_path):
    """A root directory with nothing but our own static program, as a shell and everything else."""
    top = tmp_path / "top"
    (top / "bin").mkdir(parents=True)
    shutil.copy(program("chainload"), top / "bin" / "chainload")
    for name in ("umask", "cd", "foreground", "runtime-dir"):
        (top / "bin" / name).symlink_to("chainload")
    return top


@pytest.mark.skipif(linked_with() == "host", reason="a dynamic program needs its libraries there, a sanitizer /proc")
@root_only
def test_chroot(run, new_root):
    done = run("chroot", new_root, "runtime-dir", "made", "runtime-dir", "/deep", "chainload", "--list")
    assert done.stdout.startswith(b"setuidgid") and done.stderr == b""
    assert (new_root / "made").is_dir() and (new_root / "deep").is_dir()
    assert run("chroot", new_root, "/bin/sh").returncode == 127


@root_only
def test_chroot_in_place(chain):
    assert chain("chroot", "/", *sh("pwd")).stdout == b"/\n"
    assert chain("cd", "/usr", "chroot", "--skip-chdir", "/", *sh("pwd")).stdout == b"/usr\n"
    assert chain("chroot", "--", "/", *sh("pwd")).stdout == b"/\n"


@root_only
@pytest.mark.parametrize(
    "options",
    [["--userspec=nobody"], ["--userspec=nobody:daemon"], ["--userspec=123:456"], ["--groups=5,daemon"], ["--userspec=nobody", "--groups=7,8"], ["--userspec=1:2", "--groups=3"]],
)
def test_the_options_of_chroot_are_those_of_coreutils(chain, options):
    words = [*options, "/", *sh("id -u; id -g; id -G | tr ' ' '\\n' | sort -u; pwd")]
    theirs = subprocess.run(["/usr/sbin/chroot", *words], capture_output=True, check=True)
    assert chain("chroot", *words).stdout == theirs.stdout


@root_only
def test_chroot_troubles(chain, tmp_path):
    done = chain("chroot", tmp_path / "absent", "true")
    assert (done.returncode, done.stderr) == (111, f"chroot: fatal: unable to make {tmp_path}/absent the root directory: file does not exist\n".encode())
    assert chain("chroot", "--userspec=nosuchaccount", "/", "true").stderr == b"chroot: fatal: unknown account or group nosuchaccount\n"
    done = chain("setuidgid", "nobody", "chroot", "/", "true", cwd="/")
    assert (done.returncode, done.stderr) == (111, b"chroot: fatal: unable to make / the root directory: permission denied\n")
    for words in ([], ["/"], ["--user=nobody", "/", "true"], ["-x", "/", "true"]):
        assert chain("chroot", *words).returncode == 100


# runtime-dir


@pytest.fixture
def place(tmp_path):
    """A directory that root and everybody can reach and only root can change."""
    for path in (tmp_path, *tmp_path.parents):
        if path.stat().st_uid == os.geteuid() and not path.stat().st_mode & 0o001:
            path.chmod(path.stat().st_mode | 0o011)
    tmp_path.chmod(0o755)
    return tmp_path


def facts(path):
    info = os.lstat(path)
    return info.st_uid, info.st_gid, oct(info.st_mode & 0o7777)


def test_runtime_dir_of_the_caller(chain, place):
    assert chain("umask", "077", "runtime-dir", "a", "runtime-dir", "-m", "2770", "./b", "true").returncode == 0
    me = (os.geteuid(), os.getegid())
    assert facts(place / "a") == (*me, "0o755") and facts(place / "b") == (*me, "0o2770")
    assert chain("runtime-dir", "-m", "700", f"{place}//a/", *sh("umask")).returncode == 0
    assert facts(place / "a") == (*me, "0o700")
    assert chain("umask", "022", "runtime-dir", "-p", "-m0711", "x/y/../y/z", "true").returncode == 0
    assert [facts(place / path)[2] for path in ("x", "x/y", "x/y/z")] == ["0o755", "0o755", "0o711"]


@root_only
def test_runtime_dir_for_an_account(chain, place):
    for _ in range(2):  # made, and found
        assert chain("runtime-dir", "-m", "750", "-o", "nobody", "run", "setuidgid", "nobody", *sh("touch run/pid")).returncode == 0
        assert facts(place / "run") == (NOBODY, NOBODY, "0o750")
    assert (place / "run" / "pid").exists()
    assert chain("runtime-dir", "-o", ":12:34", "numbers", "true").returncode == 0
    assert facts(place / "numbers") == (12, 34, "0o755")
    assert chain("runtime-dir", "-p", "-o", "nobody:daemon", "p/q", "true").returncode == 0
    assert facts(place / "p") == (0, 0, "0o755") and facts(place / "p" / "q") == (NOBODY, 1, "0o755")


def refused(done, reason):
    assert (done.returncode, done.stdout) == (111, b"")
    assert done.stderr.decode() == f"runtime-dir: fatal: unable to {reason}\n"


@root_only
def test_a_prepared_directory_is_refused(chain, place):
    """What somebody without rights can do beforehand to be given what is not his."""
    secret = place / "secret"
    secret.mkdir(mode=0o700)
    sticky, open_to_all, foreign = place / "sticky", place / "open", place / "foreign"
    for path, mode in ((sticky, 0o1777), (open_to_all, 0o777), (foreign, 0o755)):
        path.mkdir()
        path.chmod(mode)
    os.chown(foreign, 1234, 1234)
    (sticky / "link").symlink_to(secret)
    (sticky / "dangling").symlink_to(place / "nowhere")
    (sticky / "squatted").mkdir()
    os.chown(sticky / "squatted", 1234, 1234)
    (sticky / "file").touch()
    before = facts(secret)

    def ask(path):
        return chain("runtime-dir", "-o", "nobody", path, "echo", "went on")

    refused(ask("sticky/link"), "go through the symbolic link sticky/link: symbolic link loop")
    refused(ask("sticky/dangling"), "go through the symbolic link sticky/dangling: symbolic link loop")
    refused(ask(f"{sticky}/link/in"), f"go through the symbolic link {sticky}/link: symbolic link loop")
    refused(ask("sticky/squatted"), "take over sticky/squatted: it belongs to somebody else")
    refused(ask("sticky/file"), "open sticky/file: not a directory")
    refused(ask("open/new"), "trust open/: others can change what is in there")
    refused(ask("foreign/new"), "trust foreign/: others can change what is in there")
    refused(ask("absent/new"), "open absent: file does not exist")
    assert facts(secret) == before and not (place / "nowhere").exists() and not (open_to_all / "new").exists()
    assert ask("sticky/new").stdout == b"went on\n"
    assert facts(sticky / "new")[:2] == (NOBODY, NOBODY)


@root_only
def test_runtime_dir_of_an_ordinary_user(chain, place):
    (place / "mine").mkdir()
    os.chown(place / "mine", NOBODY, NOBODY)
    assert chain("setuidgid", "nobody", "cd", "mine", "runtime-dir", "-m", "700", "run", "true").returncode == 0
    assert facts(place / "mine" / "run") == (NOBODY, NOBODY, "0o700")
    refused(chain("setuidgid", "nobody", "runtime-dir", "run", "true"), "make run: access denied")
    refused(chain("setuidgid", "nobody", "runtime-dir", "-o", "root", "mine/other", "true"), "give away mine/other: permission denied")


def test_runtime_dir_troubles(chain, place):
    assert chain("runtime-dir", "-o", "nosuchaccount", "a", "true").stderr == b"runtime-dir: fatal: unknown account nosuchaccount\n"
    refused(chain("runtime-dir", "a" * 300, "true"), "open .: file name too long")
    refused(chain("runtime-dir", "/", "true"), "make /: invalid argument")
    refused(chain("runtime-dir", "", "true"), "make .: invalid argument")
    for words in ([], ["a"], ["-m", "8", "a", "true"], ["-m", "77777", "a", "true"], ["-m", "", "a", "true"], ["-x", "a", "true"]):
        assert chain("runtime-dir", *words).returncode == 100
    assert list(place.iterdir()) == []
