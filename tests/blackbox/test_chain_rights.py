"""chainload-rights(1): who the process is. What is dropped must be gone: the last link tries to get it back."""

import grp
import json
import os
import pwd
import shutil
import tempfile

import pytest
from support.chains import SYSTEM, sh

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")
NOBODY = pwd.getpwnam("nobody")

# Tries every way back that the kernel has and says which did work, and who it is then.
BURGLAR = """
import json, os, re
ways = {
    "setuid": lambda: os.setuid(0), "seteuid": lambda: os.seteuid(0), "setreuid": lambda: os.setreuid(0, 0),
    "setresuid": lambda: os.setresuid(-1, 0, -1), "setgid": lambda: os.setgid(0), "setegid": lambda: os.setegid(0),
    "setregid": lambda: os.setregid(0, 0), "setresgid": lambda: os.setresgid(-1, 0, -1),
    "setgroups": lambda: os.setgroups([0]), "initgroups": lambda: os.initgroups("root", 0),
    "chroot": lambda: os.chroot("/"), "shadow": lambda: open("/etc/shadow"),
}
worked = []
for name, way in ways.items():
    try:
        way()
        worked.append(name)
    except PermissionError:
        pass
status = open("/proc/self/status").read()
row = lambda name: re.search(rf"^{name}:(.*)", status, re.M)[1].split()
print(json.dumps([worked, row("Uid"), row("Gid"), sorted(map(int, row("Groups"))), row("CapPrm") + row("CapEff")]))
"""
NO_CAPABILITY = ["0000000000000000"] * 2


def burgle(chain, *command, **options):
    done = chain(*command, "/usr/bin/python3", "-I", "-c", BURGLAR, cwd="/", **options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("command", "ids"),
    [
        (["setuidgid", "nobody"], (NOBODY.pw_uid, NOBODY.pw_gid, [NOBODY.pw_gid])),
        (["setuidgid", "-s", "nobody"], (NOBODY.pw_uid, NOBODY.pw_gid, [NOBODY.pw_gid])),
        (["keepgroups", "nobody"], (NOBODY.pw_uid, NOBODY.pw_gid, [NOBODY.pw_gid])),
        (["setuidgid", ":123:456:789"], (123, 456, [456, 789])),
        (["applyuidgid", "-u", "123", "-g", "456", "-G", "7,8"], (123, 456, [7, 8])),
        (["applyuidgid", "-u", "123", "-g", "456", "-G", ""], (123, 456, [])),
        (["envuidgid", "nobody", "applyuidgid"], (NOBODY.pw_uid, NOBODY.pw_gid, [NOBODY.pw_gid])),
        (["envuidgid", ":5:6:7", "applyuidgid", "-Uz"], (5, 6, [6, 7])),
        # Securebits that let capabilities outlive the user.
        (["setpriv-caps", "-s", "+no_setuid_fixup", "setuidgid", ":123:456"], (123, 456, [456])),
        (["setpriv-caps", "-s", "+keep_caps,+no_setuid_fixup", "applyuidgid", "-u1", "-g2", "-G3"], (1, 2, [3])),
    ],
)  # fmt: skip
def test_there_is_no_way_back(chain, command, ids):
    user, group, groups = ids
    assert burgle(chain, *command) == [[], [str(user)] * 4, [str(group)] * 4, groups, NO_CAPABILITY]


def test_the_burglar_finds_what_is_open(chain):
    """Root himself may do all of it: the test above would see it."""
    worked = burgle(chain, "setuidgid", ":0:0")[0]
    assert {"setuid", "setgroups", "setgid", "seteuid", "shadow"} <= set(worked)


def test_applyuidgid_changes_what_it_is_told_and_no_more(chain):
    ids = sh("echo $(id -u) $(id -g) $(id -G) ${UID-} ${GID-} ${GIDLIST-}")
    variables = {"UID": "5", "GID": "6", "GIDLIST": "6,7"}
    assert chain("applyuidgid", "-g", "9", *sh("id -u; id -g")).stdout.split() == [b"0", b"9"]
    assert chain("applyuidgid", *ids, environment=variables, cwd="/").stdout.split()[:4] == [b"5", b"6", b"6", b"7"]
    assert chain("applyuidgid", "-U", "-u", "8", "/usr/bin/id", "-u", environment=variables, cwd="/").stdout == b"8\n"
    env = chain("applyuidgid", "-Uz", "/usr/bin/env", environment=variables, cwd="/").stdout
    assert not [line for line in env.splitlines() if line.startswith((b"UID=", b"GID="))]
    assert b"GIDLIST=6,7\n" in chain("applyuidgid", "/usr/bin/env", environment=variables, cwd="/").stdout


@pytest.mark.parametrize(
    ("options", "variables", "complaint"),
    [
        ([], {}, "no valid UID"), ([], {"UID": "1"}, "no valid GID"), ([], {"UID": "", "GID": "1"}, "no valid UID"),
        ([], {"UID": "1", "GID": "1", "GIDLIST": "1,"}, "no valid GIDLIST"), (["-U"], {"UID": "1x", "GID": "1"}, "no valid UID"),
        (["-u", "root"], {}, "no valid UID"), (["-u", "4294967295"], {}, "no valid UID"), (["-G", "1,,2"], {}, "no valid GIDLIST"),
        (["-G", ",".join(map(str, range(300)))], {}, "no valid GIDLIST"), (["-g", "-1"], {}, "no valid GID"),
        (["-x"], {}, "illegal option -- x"),
    ],
)  # fmt: skip
def test_applyuidgid_refused(chain, options, variables, complaint):
    done = chain("applyuidgid", *options, "true", environment=variables)
    assert (done.returncode, done.stderr.decode().splitlines()[0]) == (100, f"applyuidgid: {complaint}")


def members():
    """{name: its groups} of the local accounts that are a member of a group besides their own."""
    local = {line.split(":")[0] for line in open("/etc/passwd", encoding="utf-8")}
    listed = {}
    for line in open("/etc/group", encoding="utf-8"):
        fields = line.rstrip("\n").split(":")
        for name in fields[3].split(",") if len(fields) == 4 else []:
            if name in local:
                listed.setdefault(name, set()).add(int(fields[2]))
    return listed


def test_keepgroups_has_the_groups_of_a_login(chain):
    if not members():
        pytest.skip("no account of this machine is a member of a second group")
    for name, groups in members().items():
        expected = {pwd.getpwnam(name).pw_gid, *groups}
        for command in (["keepgroups", name], ["setuidgid", "-s", name]):
            assert set(map(int, chain(*command, "/usr/bin/id", "-G", cwd="/").stdout.split())) == expected
        with_more = chain("keepgroups", f"{name}:4242", "/usr/bin/id", "-G", cwd="/").stdout.split()
        assert with_more[0] == b"4242" and set(map(int, with_more)) == {4242, *groups}


GETENT = """#!/bin/sh
case "$*" in
"passwd ldapuser") echo ldapuser:x:4242:4343::/:/bin/sh;;
"initgroups ldapuser") echo "ldapuser              4343 10 20  30";;
"passwd alone") echo alone:x:4444:4444::/:/bin/sh;;
"initgroups alone") echo "alone  ";;
"passwd lost") echo lost:x:4445:4445::/:/bin/sh;;
"passwd many") echo many:x:4446:4446::/:/bin/sh;;
"initgroups many") echo many $(seq 10000 10400);;
*) exit 2;; esac
"""


def test_groups_that_only_getent_knows(run, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "getent").write_text(GETENT)
    (tmp_path / "bin" / "getent").chmod(0o755)

    def groups(name):
        return run("keepgroups", name, "/usr/bin/id", "-G", path=f"{tmp_path}/bin:{SYSTEM}")

    assert groups("ldapuser").stdout.split() == [b"4343", b"10", b"20", b"30"]
    assert groups("alone").stdout.split() == [b"4444"]
    lost, many = groups("lost"), groups("many")
    assert (lost.returncode, lost.stderr) == (111, b"keepgroups: fatal: unable to look up the groups of account lost: file does not exist\n")
    assert (many.returncode, many.stderr) == (111, b"keepgroups: fatal: unable to look up the groups of account many: argument list too long\n")
    numbers = groups(":1:2")
    assert numbers.returncode == 111 and b"numbers are a member of no group" in numbers.stderr
    assert groups("nosuchaccount").stderr == b"keepgroups: fatal: unknown account nosuchaccount\n"


@pytest.mark.parametrize("command", [["setuidgid", "nobody"], ["keepgroups", "nobody"], ["applyuidgid", "-G", "1"], ["applyuidgid", "-u", "0"], ["applyuidgid", "-g", "0"]])
def test_without_rights(chain, command):
    try:
        done = chain(*command, "true", user=NOBODY.pw_uid, group=NOBODY.pw_gid, extra_groups=[], cwd="/")
    except PermissionError:
        pytest.skip("the programs under test are where only root can reach them")
    step = "setuid" if command[1] == "-u" else "setgid"
    assert (done.returncode, done.stderr.decode()) == (111, f"{command[0]}: fatal: unable to {step}: permission denied\n")


def test_no_new_privs(chain):
    assert chain("no-new-privs", "grep", "NoNewPrivs", "/proc/self/status").stdout.split()[1] == b"1"


def test_no_new_privs_needs_no_rights_and_stops_set_user_id(run):
    with tempfile.TemporaryDirectory(prefix="reeve-test-") as place:  # the directories of pytest are root's alone
        os.chmod(place, 0o755)
        copy = shutil.copy("/usr/bin/id", place)
        os.chmod(copy, 0o4755)
        if os.statvfs(place).f_flag & os.ST_NOSUID:
            pytest.skip("the file system of temporary files knows no set-user-ID")
        as_nobody = {"user": NOBODY.pw_uid, "group": NOBODY.pw_gid, "extra_groups": [], "cwd": "/"}
        try:
            assert run("umask", "022", copy, "-u", **as_nobody).stdout == b"0\n"
            assert run("no-new-privs", copy, "-u", **as_nobody).stdout == f"{NOBODY.pw_uid}\n".encode()
        except PermissionError:
            pytest.skip("the programs under test are where only root can reach them")


def test_group_names_resolve(chain):
    name = grp.getgrgid(1).gr_name
    assert chain("setuidgid", f"nobody:{name}", "/usr/bin/id", "-G", cwd="/").stdout == b"1\n"
