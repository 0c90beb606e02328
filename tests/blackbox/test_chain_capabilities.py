"""setpriv-caps and what the rest of a chain has of it."""

import os
import re

import pytest
from support.chains import sh

NET_BIND_SERVICE, KILL, CHOWN, SETUID, NET_ADMIN = (1 << number for number in (10, 5, 0, 7, 12))
SETS = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")


def own(name):
    with open("/proc/self/status", encoding="ascii") as file:
        return int(re.search(rf"^{name}:\s*([0-9a-f]+)", file.read(), re.MULTILINE)[1], 16)


pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not own("CapEff") & (1 << 8), reason="needs root with CAP_SETPCAP, to change its capabilities"
)


def sets(done):
    """The five sets of the grep that a chain ended with."""
    assert done.returncode == 0, done.stderr
    return {name: int(value, 16) for name, value in re.findall(r"^(Cap\w+):\s*([0-9a-f]+)", done.stdout.decode(), re.MULTILINE)}


SHOW = ("grep", "Cap", "/proc/self/status")


def test_the_bounding_set(chain):
    now = own("CapBnd")
    for words, expected in {
        "net_bind_service,kill": NET_BIND_SERVICE | KILL, "CAP_KILL": KILL, "5": KILL, "-all": 0, "": 0, "all": now, "+all": now,
        "-kill": now & ~KILL, "-all,+kill": KILL, "all,-chown,-Cap_Kill": now & ~(KILL | CHOWN), "+kill": now, "-63": now,
    }.items():  # fmt: skip
        seen = sets(chain("setpriv-caps", "-b", words, *SHOW))
        assert seen["CapBnd"] == expected and seen["CapEff"] == seen["CapPrm"] == expected & own("CapPrm"), words


def test_a_server_without_root_on_a_low_port(chain):
    seen = sets(chain("setpriv-caps", "-s", "+no_setuid_fixup", "-a", "+net_bind_service", "setuidgid", "nobody", *SHOW, cwd="/"))
    assert [seen[name] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")] == [NET_BIND_SERVICE] * 4
    # Without that securebit the kernel takes it away with the user.
    assert sets(chain("setpriv-caps", "-a", "+net_bind_service", "setuidgid", "nobody", *SHOW, cwd="/"))["CapEff"] == 0


def test_a_capability_that_is_kept_on_purpose_is_no_way_back_refused(chain):
    done = chain("setpriv-caps", "-s", "+no_setuid_fixup", "-a", "+setuid", "setuidgid", "nobody", *SHOW, cwd="/")
    assert sets(done)["CapEff"] == SETUID


def test_the_inheritable_set(chain):
    assert sets(chain("setpriv-caps", "-i", "kill,chown", *SHOW))["CapInh"] == KILL | CHOWN
    assert sets(chain("setpriv-caps", "-i", "kill", "setpriv-caps", "-i", "-all", *SHOW))["CapInh"] == 0
    # An ambient capability is inheritable, and what is taken from that set is ambient no more.
    seen = sets(chain("setpriv-caps", "-a", "kill,chown", "setpriv-caps", "-i", "-chown", *SHOW))
    assert seen["CapInh"] == seen["CapAmb"] == KILL


def test_the_permitted_set_lasts_where_root_is_nobody_special(chain):
    seen = sets(chain("setpriv-caps", "-s", "noroot,noroot_locked", "-p", "kill", *SHOW))
    assert seen["CapPrm"] == seen["CapEff"] == 0
    seen = sets(chain("setpriv-caps", "-s", "noroot", "-p", "kill", "-a", "kill", *SHOW))
    assert seen["CapPrm"] == seen["CapEff"] == KILL
    # A user id of root alone gets all of the bounding set back by an exec: fused chains are no exception.
    assert sets(chain("setpriv-caps", "-p", "-all", "umask", "022", *SHOW))["CapPrm"] == own("CapPrm")


def test_securebits(chain):
    bits = ("/usr/bin/python3", "-Ic", "import ctypes; print(ctypes.CDLL(None).prctl(27, 0, 0, 0, 0))")
    for words, expected in {"noroot": 1, "+noroot_locked": 2, "no_setuid_fixup,no_cap_ambient_raise": 0x44, "-all": 0, "noroot,-noroot": 0, "no_setuid_fixup_locked": 8}.items():
        assert int(chain("setpriv-caps", "-s", words, *bits).stdout) == expected, words
    assert int(chain("setpriv-caps", "-s", "all", *bits).stdout) == 0x45  # keep_caps, 0x10, ends with an exec
    done = chain("setpriv-caps", "-s", "noroot,noroot_locked", "setpriv-caps", "-s", "-noroot", "true")
    assert (done.returncode, done.stderr) == (111, b"setpriv-caps: fatal: unable to set securebits: permission denied\n")
    done = chain("setpriv-caps", "-s", "no_cap_ambient_raise", "setpriv-caps", "-a", "kill", "true")
    assert (done.returncode, done.stderr) == (111, b"setpriv-caps: fatal: unable to change the ambient set: kill: permission denied\n")


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["-b", "+nothing"], "no such capability: +nothing"), (["-b", "kill,,chown"], "no such capability: ,chown"), (["-i", "64"], "no such capability: 64"),
        (["-a", "+"], "no such capability: +"), (["-s", "noroot,what"], "no such securebit: what"), (["-z"], "illegal option -- z"),
        (["-b", "kill "], "no such capability: kill "), (["-p", "cap_"], "no such capability: cap_"), (["-b", "-1x"], "no such capability: -1x"),
    ],
)  # fmt: skip
def test_wrong_usage(chain, options, complaint):
    done = chain("setpriv-caps", *options, "true")
    assert (done.returncode, done.stderr.decode().splitlines()[0]) == (100, f"setpriv-caps: {complaint}")


def test_what_the_kernel_refuses(chain, run):
    done = chain("setpriv-caps", "-b", "-kill", "setpriv-caps", "-b", "+kill", "true")
    assert (done.returncode, done.stderr) == (111, b"setpriv-caps: fatal: unable to add to the bounding set: kill: permission denied\n")
    done = chain("setpriv-caps", "-b", "-kill", "setpriv-caps", "-p", "+kill", "true")
    assert done.returncode == 111
    done = chain("setpriv-caps", "-b", "-kill", "setpriv-caps", "-i", "+kill", "true")
    assert (done.returncode, done.stderr) == (111, b"setpriv-caps: fatal: unable to make inheritable: kill: permission denied\n")
    try:
        for options, step in ((["-b", "-kill"], "drop from the bounding set: kill"), (["-a", "+kill"], "make ambient what is not permitted: kill"), (["-s", "noroot"], "set securebits")):
            done = run("setpriv-caps", *options, "true", user=65534, group=65534, extra_groups=[], cwd="/")
            assert (done.returncode, done.stderr.decode()) == (111, f"setpriv-caps: fatal: unable to {step}: permission denied\n")
        # To give up what one does not have needs nothing.
        assert run("setpriv-caps", "-p", "-all", "-a", "-all", "-i", "-all", *sh("exit 7"), user=65534, group=65534, extra_groups=[], cwd="/").returncode == 7
    except PermissionError:
        pytest.skip("the programs under test are where only root can reach them")
