"""chainload-isolation(1): private-tmp, read-only and hide, proved by a shell inside that tries; as root and as nobody."""

import os
import shutil

import pytest
from support.chains import sh
from support.isolation import AS_NOBODY, open_place, root_only, skip_unless  # noqa: F401  (a fixture)
from support.paths import foreign_program, linked_with, program

NOBODY_WITH_MOUNTS = (*AS_NOBODY, "unshare", "user")
BOTH = pytest.mark.parametrize("before", [(), NOBODY_WITH_MOUNTS], ids=["root", "nobody"])
# The system calls that kernels before 5.2 and before 5.12 do not have.
OLD_KERNELS = pytest.mark.parametrize(
    "kernel",
    [(), ("seccomp-deny", "-e", "ENOSYS", "mount_setattr"), ("seccomp-deny", "-e", "ENOSYS", "mount_setattr,open_tree,move_mount")],
    ids=["new", "5.2", "older"],
)


@pytest.fixture(autouse=True)
def may_mount(request):
    if os.geteuid() == 0 and request.function.__name__ != "test_wrong_usage":
        skip_unless("unshare", "mount")
        if "before" in request.fixturenames:
            skip_unless(*request.getfixturevalue("before"), "unshare", "mount")


# private-tmp


@root_only
@BOTH
def test_a_tmp_of_its_own(chain, before):
    name = "reeve-private-tmp-was-here"
    look = sh(f"ls -A /tmp /var/tmp; stat -c %a /tmp /var/tmp; echo x > /tmp/{name} && echo y > /var/tmp/{name} && cat /tmp/{name} /var/tmp/{name}")
    done = chain(*before, "private-tmp", *look)
    assert done.stdout == b"/tmp:\n\n/var/tmp:\n1777\n1777\nx\ny\n", done.stderr
    assert not os.path.exists(f"/tmp/{name}") and not os.path.exists(f"/var/tmp/{name}")


@root_only
@BOTH
def test_size_inodes_mode_and_place(chain, before, open_place):
    look = sh(f"cd {open_place}/inner && stat -c %a . && stat -f -c '%b %S %c' . && ls -A && cat {open_place}/file && touch 1 && touch 2 && touch 3; ls")
    done = chain(*before, "private-tmp", "-s", "64k", "-i", "3", "-m", "700", "-d", f"{open_place}/inner:{open_place}/other", *look)
    mode, blocks, size, inodes, text, *files = done.stdout.decode().split()
    assert (mode, int(blocks) * int(size), inodes, text, files) == ("700", 65536, "3", "secret", ["1", "2"])
    assert b"No space left" in done.stderr
    done = chain(*before, "private-tmp", "-d", f"{open_place}/absent", "true")
    assert (done.returncode, done.stderr) == (111, f"private-tmp: fatal: unable to mount a file system on {open_place}/absent: file does not exist\n".encode())


@root_only
@BOTH
def test_what_is_run_from_there_cannot_be_more_than_its_caller(chain, before):
    done = chain(*before, "private-tmp", *sh("grep -E ' (/tmp|/var/tmp) ' /proc/self/mountinfo | tail -2 | cut -d' ' -f5,6"))
    assert done.stdout.count(b"nosuid,nodev") == 2


@root_only
def test_a_working_directory_that_is_gone_is_left(chain, open_place):
    done = chain("private-tmp", *sh("pwd; ls ../file"), cwd=f"{open_place}/inner")
    assert done.stdout == b"/\n"
    assert chain("private-tmp", *sh("pwd"), cwd="/usr/bin").stdout == b"/usr/bin\n"


# read-only

TRY = "for one in {0}/file {0}/inner/file {0}/other/new; do (echo x >> $one) 2>/dev/null && echo $one; done; true"


def writable(done, place):
    assert done.returncode == 0, done.stderr
    return [line.removeprefix(f"{place}/") for line in done.stdout.decode().split()]


@root_only
@BOTH
@OLD_KERNELS
def test_read_only(chain, before, kernel, open_place):
    attempt = sh(TRY.format(open_place))
    first = (*before[:2], *kernel, *before[2:])
    assert writable(chain(*first, "read-only", open_place, *attempt), open_place) == []
    assert writable(chain(*first, "read-only", "/", *attempt), open_place) == []
    assert writable(chain(*first, "read-only", f"{open_place}/inner:{open_place}/file", "umask", "022", *attempt), open_place) == ["other/new"]
    assert writable(chain(*first, "read-only", "-w", f"{open_place}/other:{open_place}/file", "/", *attempt), open_place) == ["file", "other/new"]
    assert writable(chain(*first, "read-only", "-i", f"{open_place}/absent", *attempt), open_place) == ["file", "inner/file", "other/new"]
    assert os.path.exists(f"{open_place}/other/new")
    absent = chain(*first, "read-only", f"{open_place}/absent", "true")
    assert (absent.returncode, absent.stderr) == (111, f"read-only: fatal: unable to make read-only {open_place}/absent: file does not exist\n".encode())


@root_only
@OLD_KERNELS
def test_mounts_below_are_read_only_too(chain, kernel, open_place):
    mounted = ("unshare", "mount", "/bin/sh", "-c", f'mount -t tmpfs none "{open_place}/inner" && mkdir "{open_place}/inner/a b" && mount -t tmpfs none "{open_place}/inner/a b" && exec "$@"', "sh")
    attempt = sh(f"for one in inner/x 'inner/a b/x' other/x; do (: > \"{open_place}/$one\") 2>/dev/null && echo \"$one\"; done; true")
    chainload = (program("chainload"), *kernel) if kernel else (program("chainload"),)
    assert chain(*mounted, *chainload, "read-only", open_place, *attempt).stdout == b""
    assert chain(*mounted, *chainload, "read-only", "-w", f"{open_place}/inner/a b", open_place, *attempt).stdout == b"inner/a b/x\n"


@root_only
@BOTH
def test_the_working_directory_is_no_way_around(chain, before, open_place):
    for way in (["read-only", open_place], ["hide", open_place]):
        done = chain(*before, *way, *sh("(echo x > file) 2>/dev/null || echo refused; cat file inner/file 2>/dev/null; true"), cwd=open_place)
        assert done.stdout == (b"refused\nsecret\nsecret\n" if way[0] == "read-only" else b"refused\n")


@root_only
def test_in_a_chroot_it_is_said_that_it_comes_too_late(chain, open_place):
    if linked_with() == "host":
        pytest.skip("the program needs shared libraries, which the chroot has not")
    shutil.copy(program("chainload"), f"{open_place}/chainload")
    for command in (["read-only", "/"], ["hide", "/other"], ["private-tmp"]):
        done = chain("umask", "022", foreign_program("chroot", "coreutils"), open_place, "/chainload", *command, "/chainload", "--list")
        assert done.returncode == 111
        assert done.stderr == f"{command[0]}: fatal: unable to change the propagation of mounts: invalid argument (is the root directory no mount of its own? chroot comes after this)\n".encode()


# hide


@root_only
@BOTH
def test_hide(chain, before, open_place):
    attempt = sh(
        f"cd {open_place}; ls -A inner 2>/dev/null; stat -c %a inner; stat -c %F file; cat file 2>/dev/null || echo refused;"
        "(echo x > file) 2>/dev/null || echo refused; (: > inner/new) 2>/dev/null || echo refused; ls; chmod 777 file inner 2>/dev/null || echo refused"
    )
    done = chain(*before, "hide", f"{open_place}/inner:{open_place}/file", "umask", "022", *attempt)
    assert done.stdout.decode().split("\n") == ["0", "character special file", "refused", "refused", "refused", "file", "inner", "other", "refused", ""]
    assert os.listdir(f"{open_place}/inner") == ["file"]


@root_only
def test_what_cannot_be_hidden(chain, open_place):
    for path, reason in (("/", "device busy"), ("/usr/..", "device busy"), (f"{open_place}/absent", "file does not exist")):
        done = chain("hide", path, "true")
        assert (done.returncode, done.stderr) == (111, f"hide: fatal: unable to hide {path}: {reason}\n".encode())
    assert chain("hide", "-i", f"{open_place}/absent:{open_place}/file", *sh(f"cat {open_place}/file || echo hidden")).stdout == b"hidden\n"


@root_only
def test_symbolic_links_are_followed_and_colons_escaped(chain, open_place):
    os.symlink("inner", f"{open_place}/a:b")
    look = sh(f"cat {open_place}/inner/file || echo hidden")
    assert chain("hide", f"{open_place}/a\\:b", *look).stdout == b"hidden\n"
    assert chain("hide", f"{open_place}/a:b", *look).returncode == 111


@root_only
def test_all_three_fused(chain, open_place):
    """A program found in a new mount namespace is still the same file: the chain goes on in one process."""
    os.mkdir(f"{open_place}/tmp")
    way = ("private-tmp", "-d", f"{open_place}/tmp", "read-only", open_place, "hide", f"{open_place}/other", "setuidgid", "nobody", "umask", "027")
    done = chain(*way, *sh(f"umask; id -u; ls -A {open_place}/other; (: > {open_place}/x) || echo refused; (: > {open_place}/tmp/x) || echo refused"))
    assert done.stdout.split() == [b"0027", b"65534", b"refused", b"refused"]


@root_only
@pytest.mark.parametrize("command", [["private-tmp"], ["hide", "/etc"], ["read-only", "/"]])
def test_an_ordinary_user_is_told_what_he_needs(chain, command):
    done = chain(*AS_NOBODY, *command, "true")
    assert (done.returncode, done.stderr) == (
        111,
        f"{command[0]}: fatal: unable to make a mount namespace: permission denied (needs CAP_SYS_ADMIN; an ordinary user gets it by unshare user before this)\n".encode(),
    )


@root_only
@pytest.mark.parametrize(
    "command",
    [["unshare", "user,mount,net,uts,ipc,cgroup,time"], ["unshare", "--init", "--map-users", "0:0:100", "--mount-proc", "-p"], ["join-ns", "uts=/proc/self/ns/uts"], ["private-tmp"],
     ["read-only", "-w", "/dev:/tmp", "/"], ["hide", "/boot:/etc/passwd"], ["landlock", "-x", "/", "--bind", "80"], ["seccomp-deny", "reboot"], ["cgroup-enter", "/"]],
)  # fmt: skip
def test_no_descriptor_is_left_behind(run, command):
    skip_unless(*command)
    assert run(*command, *sh("ls /proc/$$/fd")).stdout.split() == [b"0", b"1", b"2"]


@pytest.mark.parametrize(
    "command",
    [
        ["private-tmp", "-s", "lots", "true"],
        ["private-tmp", "-s", "1k,mode=777", "true"],
        ["private-tmp", "-i", "10%", "true"],
        ["private-tmp", "-m", "888", "true"],
        ["private-tmp", "-m", "", "true"],
        ["private-tmp", "-d"],
        ["private-tmp", "-z", "true"],
        ["read-only", "/"],
        ["read-only", ":", "true"],
        ["read-only", "-w"],
        ["hide", "/etc"],
        ["hide", "", "true"],
        ["hide", "-q", "/etc", "true"],
    ],
)
def test_wrong_usage(chain, command):
    done = chain(*command)
    assert done.returncode == 100 and f"{command[0]}: usage: ".encode() in done.stderr
