"""chainload-isolation(1): seccomp-deny, proved by programs inside that make the calls; as root and as nobody."""

import os
import platform
import re
import signal

import pytest
from support.chains import sh
from support.isolation import AS_NOBODY, root_only, skip_unless
from support.paths import SOURCE, with_sanitizers

BOTH = pytest.mark.parametrize("before", [(), pytest.param(AS_NOBODY, marks=root_only)], ids=["self", "nobody"])
PYTHON = "/usr/bin/python3"
# Calls by number, with arguments that do no harm, and says what came of each.
CALL = """
import ctypes, errno, sys
library = ctypes.CDLL(None, use_errno=True)
for word in sys.argv[1:]:
    number, *arguments = (ctypes.c_long(int(part, 0)) for part in word.split(":"))
    ctypes.set_errno(0)
    done = library.syscall(number, *arguments)
    print("done" if done >= 0 else errno.errorcode[ctypes.get_errno()])
"""


def table():
    """The rows of the table: {name: (number on this machine, its groups)}"""
    text = (SOURCE / "chainload" / "helpers" / "isolation" / "system_calls.cpp").read_text(encoding="utf-8")
    rows = re.findall(r'^ +\{"(\w+)", (-?\d+), (-?\d+), ([^}]*)\},$', text, re.MULTILINE)
    column = {"x86_64": 0, "aarch64": 1}[platform.machine()]
    return {name: ((int(x), int(a))[column], {one.strip().removeprefix("in_").replace("_", "-") for one in groups.split("|")} - {"0"}) for name, x, a, groups in rows}


def groups():
    return sorted({one for _, of in table().values() for one in of})


@pytest.fixture(autouse=True)
def kernel(request):
    if platform.machine() not in ("x86_64", "aarch64"):
        pytest.skip("there is no table of this machine's system calls")
    if request.function.__name__ != "test_wrong_usage":
        skip_unless("seccomp-deny", "reboot")


def test_the_numbers_are_the_kernels():
    """By the kernel's own headers, as far as those know the call."""
    if platform.machine() != "x86_64":
        pytest.skip("the header's place is known for x86_64")
    path = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"
    if not os.path.exists(path):
        pytest.skip("the kernel's headers are not installed (Debian package linux-libc-dev)")
    with open(path, encoding="ascii") as file:
        numbers = {name: int(number) for name, number in re.findall(r"^#define __NR_(\w+) (\d+)$", file.read(), re.MULTILINE)}
    assert not {name: number for name, (number, _) in table().items() if name in numbers and numbers[name] != number}
    assert not [name for name, (number, _) in table().items() if number in numbers.values() and name not in numbers]


def outcomes(run_it, *command):
    done = run_it(*command, cwd="/")
    assert done.returncode == 0, done.stderr
    return done.stdout.decode().split()


@pytest.mark.parametrize("group", groups() if platform.machine() in ("x86_64", "aarch64") else [])
def test_a_group_denies_its_calls_and_no_others(run, group):
    """With an error that the kernel gives for none of them, whoever calls."""
    members = sorted(number for number, of in table().values() if group in of and number >= 0)
    if not members:
        pytest.skip("this machine has none of the calls")
    # All -1: nothing that could be made of it.
    words = [f"{number}:-1:-1:-1:-1:-1:-1" for number in members]
    assert outcomes(run, "seccomp-deny", "-e", "95", f"@{group}", PYTHON, "-c", CALL, *words) == ["ENOTSUP"] * len(members)
    # Neighbours that do nothing: getpid, getppid, gettid, sched_yield and getuid.
    harmless = {"x86_64": (39, 110, 186, 24, 102), "aarch64": (172, 173, 178, 124, 174)}[platform.machine()]
    assert outcomes(run, "seccomp-deny", "-e", "95", group, PYTHON, "-c", CALL, *map(str, harmless)) == ["done"] * 5


@BOTH
def test_what_a_program_sees(chain, before):
    done = chain(*before, "seccomp-deny", "network-io,mount", "umask", "022", PYTHON, "-c", "import socket; socket.socket()", cwd="/")
    assert b"PermissionError: [Errno 1]" in done.stderr
    status = sh("grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status | cut -f2")
    promised = b"1" if before or os.geteuid() != 0 else b"0"
    assert chain(*before, "seccomp-deny", "mount", "umask", "022", *status).stdout.split() == [promised, b"2"]


@BOTH
def test_the_process_is_ended(chain, before):
    assert chain(*before, "seccomp-deny", "-k", "kill", *sh("kill -0 $$; echo survived")).returncode == -signal.SIGSYS
    assert chain(*before, "seccomp-deny", "-k", "reboot", *sh("kill -0 $$; echo survived")).stdout == b"survived\n"


@BOTH
@pytest.mark.parametrize(("error", "name"), [("ENOSYS", "ENOSYS"), ("13", "EACCES"), ("EAFNOSUPPORT", "EAFNOSUPPORT")])
def test_another_error(run, before, error, name):
    number = table()["socket"][0]
    assert outcomes(run, *before, "seccomp-deny", "-e", error, "socket", PYTHON, "-c", CALL, str(number)) == [name]


def test_filters_add_up(run):
    number = {name: table()[name][0] for name in ("socket", "bpf")}
    way = ("seccomp-deny", "socket", "seccomp-deny", "-e", "ENOSYS", "bpf")
    assert outcomes(run, *way, PYTHON, "-c", CALL, *(f"{one}:-1:-1:-1" for one in number.values())) == ["EPERM", "ENOSYS"]


CLONE_NEWUSER = 0x10000000


def test_no_way_to_namespaces(run):
    clone = {"x86_64": 56, "aarch64": 220}[platform.machine()]
    calls = [f"{clone}:{CLONE_NEWUSER | signal.SIGCHLD}:0:0:0:0", "435:0:0", f"{table()['unshare'][0]}:{CLONE_NEWUSER}", f"{table()['setns'][0]}:-1:0"]
    assert outcomes(run, "seccomp-deny", "namespaces", PYTHON, "-c", CALL, *calls) == ["EPERM", "ENOSYS", "EPERM", "EPERM"]
    assert run("seccomp-deny", "namespaces", *sh("(exit 3)"), cwd="/").returncode == 3  # children can be made as ever


def test_calls_of_another_machine(run):
    if platform.machine() != "x86_64":
        pytest.skip("x32 is x86-64's")
    getpid_of_x32 = 0x40000000 | 39
    assert outcomes(run, "seccomp-deny", "-e", "95", "reboot", PYTHON, "-c", CALL, str(getpid_of_x32), "39") == ["ENOTSUP", "done"]
    # int 0x80 is the 32-bit way in: getpid, 20 there; machine code, because no 32-bit program need be installed.
    code = """
import ctypes, mmap
memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
memory.write(b"\\x53\\xb8\\x14\\0\\0\\0\\xcd\\x80\\x5b\\xc3")  # push rbx; mov eax, 20; int 0x80; pop rbx; ret
print(ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))())
"""
    before = run("umask", "022", PYTHON, "-c", code, cwd="/")
    if before.returncode != 0 or int(before.stdout) <= 0:
        pytest.skip("this kernel takes no 32-bit calls")
    assert run("seccomp-deny", "-e", "95", "reboot", PYTHON, "-c", code, cwd="/").stdout == b"-95\n"


@pytest.mark.skipif(with_sanitizers(), reason="a sanitizer asks for resource limits at its start")
def test_a_chain_goes_on_behind_every_group(chain):
    everything = ",".join(groups())
    assert chain("seccomp-deny", everything, "umask", "027", "cd", "/", "export", "A", "b", *sh("umask; echo $A; pwd")).stdout == b"0027\nb\n/\n"
    # A link can do without the call that asks whether it may be run.
    assert chain("seccomp-deny", "faccessat2", "umask", "027", "umask", "077", *sh("umask")).stdout == b"0077\n"


@root_only
def test_what_follows_is_restricted_as_well(chain):
    done = chain("seccomp-deny", "privileged", "setuidgid", "nobody", "true")
    assert (done.returncode, done.stderr) == (111, b"setuidgid: fatal: unable to setgid: permission denied\n")
    done = chain("seccomp-deny", "execve", "/bin/true")
    assert (done.returncode, done.stderr) == (126, b"seccomp-deny: fatal: unable to run /bin/true: permission denied\n")


def test_every_group_is_in_the_page():
    page = (SOURCE / "chainload" / "helpers" / "isolation" / "chainload-isolation.1").read_text(encoding="utf-8")
    assert not [name for name in groups() if f"\n.It Cm {name}\n" not in page]
    plain = re.sub(r"\s+", " ", page)
    assert not [name for name, (_, of) in table().items() if not of and not re.search(rf"\b{name}\b", plain)]


@pytest.mark.parametrize("words", [[], ["mount"], ["", "true"], ["mounts", "true"], ["mount,", "true"], ["mount,,swap", "true"], ["@", "true"], ["@socket", "true"],
                                   ["-e", "0", "mount", "true"], ["-e", "4096", "mount", "true"], ["-e", "EWHAT", "mount", "true"], ["-x", "mount", "true"]])  # fmt: skip
def test_wrong_usage(chain, words):
    done = chain("seccomp-deny", *words)
    assert done.returncode == 100 and b"seccomp-deny: usage: seccomp-deny " in done.stderr
