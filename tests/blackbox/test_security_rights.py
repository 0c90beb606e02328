"""sv-security(7), RIGHTS: what is dropped stays dropped."""

import os
import socket
import stat

import pytest
from support.paths import BIN

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="dropping rights needs root")


@as_root
def test_setuidgid_leaves_no_way_back(chain):
    asked = ("/bin/grep", "-E", "^(Uid|Gid|Groups|CapPrm|CapEff|CapAmb):", "/proc/self/status")
    lines = chain("setuidgid", "nobody", *asked).stdout.decode().splitlines()
    found = {name: value.split() for name, value in (line.split(":", 1) for line in lines)}
    assert found["Uid"] == ["65534"] * 4 and found["Gid"] == ["65534"] * 4 and found["Groups"] == ["65534"]
    assert {found[name][0] for name in ("CapPrm", "CapEff", "CapAmb")} == {"0" * 16}


@as_root
def test_a_step_that_fails_halts_the_chain(chain):
    ended = chain("setuidgid", "nobody", "setuidgid", "root", "/bin/echo", "with root's rights")
    assert ended.returncode == 111 and ended.stdout == b""
    assert b"setuidgid: fatal: unable to" in ended.stderr


def test_programs_are_not_set_user_id(bin_dir):
    modes = {path.name: path.stat().st_mode for path in BIN.iterdir() if path.is_file()}
    assert modes and not [name for name, mode in modes.items() if mode & (stat.S_ISUID | stat.S_ISGID)]
    assert not [path.name for path in BIN.iterdir() if not path.is_symlink() and "security.capability" in os.listxattr(path)]


def test_runtime_dir_trusts_no_directory_that_others_can_change(run, tmp_path):
    target = tmp_path / "target"
    target.mkdir()
    (tmp_path / "link").symlink_to(target)
    ended = run("runtime-dir", "-m", "0777", str(tmp_path / "link"), "/bin/true")
    assert ended.returncode == 111 and b"symbolic link" in ended.stderr
    assert target.stat().st_mode & 0o777 != 0o777
    free = tmp_path / "free"
    free.mkdir()
    free.chmod(0o777)
    ended = run("runtime-dir", str(free / "mine"), "/bin/true")
    assert ended.returncode == 111 and b"others can change" in ended.stderr and not (free / "mine").exists()


def test_unix_listen_replaces_sockets_only(run, tmp_path):
    file = tmp_path / "file"
    file.write_text("kept", encoding="ascii")
    assert run("unix-listen", str(file), "/bin/true").returncode == 111
    assert file.read_text(encoding="ascii") == "kept"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as used:
        used.bind(str(tmp_path / "used"))
        used.listen()
        inode = (tmp_path / "used").stat().st_ino
        assert run("unix-listen", str(tmp_path / "used"), "/bin/true").returncode == 111
        assert (tmp_path / "used").stat().st_ino == inode
    assert run("unix-listen", str(tmp_path / "used"), "/bin/true").returncode == 0
