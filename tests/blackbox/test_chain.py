"""The helpers: each exec'd link by link and fused, and those of daemontools beside Debian's programs."""

import fcntl
import os
import re
import subprocess

import pytest
from support.awaiting import await_until
from support.chains import SYSTEM, sh
from support.paths import BIN, SOURCE, foreign_program, program
from support.source_tables import helper_groups

DAEMONTOOLS = ("envdir", "envuidgid", "fghack", "pgrphack", "setlock", "setuidgid", "softlimit")
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")


HELPERS = [name for names in helper_groups().values() for name in names]


def exec_count(tmp_path, nursery, *command, environment=None):
    """How many execs of a chain succeeded, its own start not counted."""
    trace = tmp_path / "trace"
    subprocess.run(
        [foreign_program("strace", "strace"), "-f", "-e", "trace=execve", "-o", trace, *map(str, command)],
        cwd=tmp_path,
        env={**nursery.environment, "PATH": f"{BIN}:{SYSTEM}", **(environment or {})},
        capture_output=True,
        timeout=30,
        check=False,
    )
    return len(re.findall(r"execve\(.*\) += 0$", trace.read_text(), re.MULTILINE)) - 1


# The family


def test_list_has_every_helper(run):
    lines = run("chainload", "--list").stdout.decode().splitlines()
    assert sorted(line.split()[0] for line in lines) == sorted(HELPERS)


@pytest.mark.parametrize("name", HELPERS)
def test_help(run, name):
    done = run("chainload", name, "--help")
    assert done.returncode == 0 and done.stdout.startswith(f"usage: {name} ".encode())
    page = re.search(r"; see (chainload-(\w+))\(1\)\n", done.stdout.decode())
    sections = (SOURCE / "chainload" / "helpers" / page[2] / f"{page[1]}.1").read_text(encoding="utf-8")
    assert re.search(rf"^\.Ss {name} ", sections, re.MULTILINE), f"{name} has no section in {page[1]}(1)"
    assert re.search(rf"^\.Sy {name}( ,)?$", (SOURCE / "chainload" / "helpers" / "chainload.1").read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", HELPERS)
def test_links(run, name):
    assert run(name, "--help").stdout == run("chainload", name, "--help").stdout


@pytest.mark.parametrize("name", HELPERS)
def test_no_arguments_is_wrong_usage(run, name):
    done = run("chainload", name)
    assert done.returncode == (111 if name == "envdir" else 100)
    assert done.stderr.startswith(f"{name}: usage: {name} ".encode())


def test_unknown_names(run):
    assert run("chainload").returncode == 100
    assert run("chainload", "nothing", "true").returncode == 100
    assert run("chainload", "--help").returncode == 0


def test_the_program_is_small():
    with open(program("chainload"), "rb") as file:
        content = file.read()
    if b"GLIBC" in content or b"glibc" in content:
        pytest.skip("linked with glibc: the size is that of the musl build")
    assert len(content) < 300_000


# Chains


TEN = ["umask", "022", "softlimit", "-o", "100", "export", "A", "1", "cd", "/", "unexport", "B", "append-path", "P", "x",
       "fdclose", "9", "pgrphack", "oom-score", "500", "umask", "077"]  # fmt: skip


def test_a_chain_of_ten_is_one_process(chain, nursery, tmp_path):
    done = chain(*TEN, *sh("umask; ulimit -n; pwd; echo $A $P; cat /proc/self/oom_score_adj"))
    assert done.stdout.split() == [b"0077", b"100", b"/", b"1", b"x", b"500"]
    first = program(TEN[0])
    assert exec_count(tmp_path, nursery, first, *TEN[1:], "/bin/true") == 1
    assert exec_count(tmp_path, nursery, first, *TEN[1:], "/bin/true", environment={"CHAINLOAD_NO_FUSE": "1"}) == 10


def nicer_by(number):
    """The tests themselves may be run with nice."""
    return min(os.nice(0) + number, 19)


def test_chainload_in_a_chain(chain, nursery, tmp_path):
    command = ["umask", "022", "chainload", "nice", "-n", "3", "chainload", "umask", "027"]
    assert chain(*command, *sh("umask; /usr/bin/nice")).stdout.split() == [b"0027", b"%d" % nicer_by(3)]
    assert exec_count(tmp_path, nursery, program("umask"), *command[1:], "/bin/true") == 1
    assert chain("umask", "022", "chainload").returncode == 100
    assert chain("umask", "022", "chainload", "--list").stdout.startswith(b"setuidgid")


def test_only_the_same_file_is_fused(run, nursery, tmp_path):
    (tmp_path / "other").mkdir()
    other = tmp_path / "other" / "umask"
    other.write_text("#!/bin/sh\necho other \"$@\"\n")
    other.chmod(0o755)
    assert run("umask", "022", "umask", "027", "true", path=f"{tmp_path}/other:{BIN}").stdout == b"other 027 true\n"
    assert run("umask", "022", other, "027", "true").stdout == b"other 027 true\n"
    # One that may not be executed is passed over, as exec does.
    other.chmod(0o644)
    assert run("umask", "022", "umask", "027", *sh("umask"), path=f"{tmp_path}/other:{BIN}").stdout == b"0027\n"
    # Another name of our file is ours; a name that is no helper's is exec'd.
    (tmp_path / "other" / "cd").symlink_to(program("chainload"))
    assert run("umask", "022", tmp_path / "other" / "cd", "/", *sh("pwd")).stdout == b"/\n"
    assert exec_count(tmp_path, nursery, program("umask"), "022", tmp_path / "other" / "cd", "/", "/bin/true") == 1


def test_the_path_of_a_chain_is_the_one_it_has_made(chain, tmp_path):
    (tmp_path / "tools").mkdir()
    tool = tmp_path / "tools" / "special"
    tool.write_text("#!/bin/sh\necho found\n")
    tool.chmod(0o755)
    assert chain("prepend-path", "PATH", tmp_path / "tools", "special").stdout == b"found\n"
    assert chain("append-path", "PATH", tmp_path / "tools", "umask", "022", "special").stdout == b"found\n"
    assert chain("export", "PATH", tmp_path / "tools", "special").stdout == b"found\n"
    assert chain("unexport", "PATH", "special").returncode == 127
    assert chain("cd", tmp_path / "tools", "export", "PATH", "", "special").stdout == b"found\n"
    # envdir and emptyenv look where they could look before, and what follows them does not.
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "PATH").write_text(str(tmp_path / "tools"))
    assert chain("envdir", "env", "special").returncode == 111
    assert chain("envdir", "env", "umask", "022", "special").stdout == b"found\n"
    assert chain("emptyenv", "umask", "022", "special").returncode == 127


@pytest.mark.parametrize(
    ("command", "code", "reason"),
    [
        (["umask", "022", "absent-program"], 127, "umask: fatal: unable to run absent-program: file does not exist"),
        (["umask", "022", "./file"], 126, "umask: fatal: unable to run ./file: access denied"),
        (["umask", "022", ""], 127, "umask: fatal: unable to run : file does not exist"),
        (["umask", "022", "cd", "absent", "true"], 111, "cd: fatal: unable to change directory to absent: file does not exist"),
        (["cd", "/", "softlimit", "-c", "0", "absent-program"], 111, "softlimit: fatal: unable to run absent-program: file does not exist"),
        (["cd", "/", "umask", "8", "true"], 100, "umask: MASK is an octal number from 0 to 777"),
        (["softlimit", "-o", "50", "umask"], 100, "umask: usage: umask MASK PROGRAM ..."),
        (["softlimit", "-o", "50", "nowhere/umask", "0", "true"], 111, "softlimit: fatal: unable to run nowhere/umask: file does not exist"),
    ],
)
def test_a_chain_that_halts_says_why(chain, tmp_path, command, code, reason):
    (tmp_path / "file").touch()
    done = chain(*command)
    assert (done.returncode, done.stderr.decode().splitlines()[0]) == (code, reason)
    assert done.stdout == b""


@pytest.mark.parametrize("program_code", [0, 1, 99, 255])
def test_the_exit_code_is_the_programs(chain, program_code):
    assert chain("umask", "022", "umask", "022", *sh(f"exit {program_code}")).returncode == program_code


# The same as daemontools


@pytest.mark.parametrize("name", DAEMONTOOLS)
def test_usage_and_unknown_programs(as_daemontools, name, tmp_path):
    (tmp_path / "e").mkdir()
    (tmp_path / "file").touch()
    first = {"envdir": ["e"], "envuidgid": ["root"], "setuidgid": ["root"], "setlock": ["l"], "softlimit": ["-c", "0"]}.get(name, [])
    if name not in ("setlock",):  # its usage line has one option more
        as_daemontools(name)
        as_daemontools(name, *first)
    for path in ("absent-program", "./file", "./e", "./absent/program"):
        as_daemontools(name, *first, path)
    as_daemontools(name, *first, *sh("exit 5"))


ENVDIR = {
    "PLAIN": b"value\n", "NO_NEWLINE": b"value", "BLANKS": b" a b \t \nsecond line\n", "EMPTY": b"", "NEWLINE": b"\n", "NUL": b"a\0b\0",
    "ONLY_BLANKS": b"  \t", ".hidden": b"x", "odd=name": b"x", "BYTES": b"\xff\x01", "LONG": b"y" * 100_000, "MANY": b"z\n" * 100_000,
    "CR": b"dos\r\n",
}  # fmt: skip


def test_envdir(as_daemontools, tmp_path):
    (tmp_path / "e").mkdir()
    for name, content in ENVDIR.items():
        (tmp_path / "e" / name).write_bytes(content)
    done = as_daemontools(
        "envdir", "e", *sh("env -0 | tr '\\n\\0' '~\\n' | grep -v -E '^(PATH|CHAINLOAD_NO_FUSE|PWD|_)=' | sort"),
        environment={"EMPTY": "set", "PLAIN": "old"},
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert b"PLAIN=value" in lines and b"NUL=a~b~" in lines and b"BLANKS= a b" in lines and b"NEWLINE=" in lines
    assert not any(line.startswith((b"EMPTY=", b".hidden")) for line in lines)


def test_a_dangling_link_removes_the_variable(chain, tmp_path):
    """As a file that vanishes while the directory is read. daemontools gives it the value it has read before."""
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "A").write_text("first")
    (tmp_path / "e" / "B").symlink_to("nowhere")
    assert chain("envdir", "e", *sh("echo $A ${B-gone}"), environment={"B": "old"}).stdout == b"first gone\n"


@pytest.mark.parametrize("trouble", ["absent", "file", "with-directory", "-f", "."])
def test_envdir_troubles(as_daemontools, tmp_path, trouble):
    (tmp_path / "file").touch()
    (tmp_path / "with-directory" / "inner").mkdir(parents=True)
    (tmp_path / ".hidden").touch()
    if trouble != "-f":  # with us an option
        as_daemontools("envdir", trouble, "true")


@root_only
@pytest.mark.parametrize("mode", [0o000, 0o300, 0o400, 0o500])
def test_envdir_without_permission(as_daemontools, tmp_path, mode):
    tmp_path.chmod(0o755)
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "A").write_text("x")
    os.chown(tmp_path / "e", 65534, 65534)
    (tmp_path / "e").chmod(mode)
    try:
        as_daemontools("envdir", "e", "true", user=65534, group=65534, extra_groups=[])
    except PermissionError:
        pytest.skip("the programs under test are where only root can reach them")


def test_a_value_beyond_what_the_kernel_takes(run, tmp_path):
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "HUGE").write_bytes(b"x" * 140_000)
    done = run("envdir", "e", "true")
    assert (done.returncode, done.stderr) == (111, b"envdir: fatal: unable to read e/HUGE: argument list too long\n")


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("A", b"value \n", "a blank at the end of the line"), ("A", b"value\t", "a blank at the end of the line"),
        ("A", b"one\ntwo\n", "more than one line"), ("A", b"a\0b\n", "a NUL byte"), ("A=B", b"x", "its name has a ="),
        ("A", b"fine\n", None), ("A", b"fine", None), ("A", b"", None), ("A", b"\n", None), (".A", b"x \n\0", None),
    ],
)  # fmt: skip
def test_envdir_strict(chain, tmp_path, name, content, problem):
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / name).write_bytes(content)
    done = chain("envdir", "-f", "e", "true")
    expected = (111, f"envdir: fatal: e/{name}: {problem}\n".encode()) if problem else (0, b"")
    assert (done.returncode, done.stderr) == expected


LIMITS = "ulimit -a"


@pytest.mark.parametrize(
    "options",
    [
        "-a 200000000", "-c 0", "-c 1000000", "-d 50000000", "-f 40960000", "-l 4096", "-m 200000000", "-o 77", "-p 4000",
        "-r 5000000", "-s 500000", "-t 100", "-o =", "-m =", "-o 99999999", "-o 99999999999999999999999999", "-o77 -c0 -t9",
        "-o 50 -o 60", "-o 50 -o =", "-o 50 --", "-d abc", "-d 12x", "-d -5", "-d +5", "-z", "-oz", "-d", "-o", "-c =x",
    ],
)  # fmt: skip
def test_softlimit(as_daemontools, options):
    as_daemontools("softlimit", *options.split(), *sh(LIMITS))


def test_softlimit_takes_nothing_for_zero(as_daemontools):
    as_daemontools("softlimit", "-c", "", *sh("ulimit -c"))


@pytest.mark.parametrize("account", ["nobody", "root", "daemon", "nosuchaccount", "-z", "0", "65534", "", "nobod", "nobody x"])
def test_envuidgid(as_daemontools, account):
    as_daemontools("envuidgid", account, *sh("echo $UID; env | grep -E '^(UID|GID|GIDLIST)=' | sort"))


@root_only
@pytest.mark.parametrize("account", ["nobody", "root", "daemon", "nosuchaccount", "-z", "0", ""])
def test_setuidgid(as_daemontools, account):
    as_daemontools("setuidgid", account, "/usr/bin/id", cwd="/")


@root_only
@pytest.mark.parametrize(
    ("account", "ids"),
    [
        (":123:456", "123 456 456"), (":123:456:789:1000", "123 456 456 789 1000"), ("nobody:daemon", "65534 1 1"),
        ("nobody:daemon:7", "65534 1 1 7"), (":0:0", "0 0 0"), (":123", None), (":x:1", None), (":1:x", None), ("::", None), (":", None),
        (":4294967295:1", None), (":1:4294967295", None), (":1:", None), ("nobody:", None), (":1:-1", None), (":4294967296:1", None),
    ],
)  # fmt: skip
def test_setuidgid_numbers_and_groups(chain, account, ids):
    done = chain("setuidgid", account, *sh("echo $(id -u) $(id -g) $(id -G)"), cwd="/")
    if ids is None:
        assert (done.returncode, done.stderr) == (111, f"setuidgid: fatal: unknown account {account}\n".encode())
    else:
        assert done.stdout.decode().strip() == ids


def test_groups_of_envuidgid(chain):
    assert chain("envuidgid", ":5:6:7", *sh("echo $UID $GID $GIDLIST")).stdout == b"5 6 6,7\n"


@root_only
def test_setuidgid_without_rights(as_daemontools):
    try:
        for account in ("nobody", "root"):
            as_daemontools("setuidgid", account, "true", user=65534, group=65534, extra_groups=[], cwd="/")
    except PermissionError:
        pytest.skip("the programs under test are where only root can reach them")


def test_accounts_that_only_getent_knows(run, tmp_path):
    (tmp_path / "bin").mkdir()
    getent = tmp_path / "bin" / "getent"
    getent.write_text(
        '#!/bin/sh\necho "$@" >> asked\ncase "$*" in\n"passwd ldapuser") echo ldapuser:x:4242:4343::/:/bin/sh;;\n'
        '"passwd 77") echo other:x:77:77::/:/bin/sh;;\n"group ldapgroup") echo ldapgroup:x:4444:;;\n*) exit 2;; esac\n'
    )
    getent.chmod(0o755)
    path = f"{tmp_path}/bin:{SYSTEM}"
    assert run("envuidgid", "ldapuser", *sh("echo $UID $GID"), path=path).stdout == b"4242 4343\n"
    assert run("envuidgid", "ldapuser:ldapgroup", *sh("echo $UID $GID"), path=path).stdout == b"4242 4444\n"
    assert run("envuidgid", "77", "true", path=path).stderr == b"envuidgid: fatal: unknown account 77\n"
    assert run("envuidgid", "-s", "true", path=path).stderr == b"envuidgid: fatal: unknown account -s\n"
    assert run("envuidgid", "ldapuser", "true", path="/nowhere").stderr == b"envuidgid: fatal: unknown account ldapuser\n"
    assert (tmp_path / "asked").read_text().splitlines() == ["passwd ldapuser", "passwd ldapuser", "group ldapgroup", "passwd 77"]


@pytest.mark.parametrize(
    "command",
    ["f true", "-n f true", "-x absent/f true", "absent/f true", "-n f setlock -n f true", "-n f setlock -nx f true",
     "-n f setlock -nxX f true", "-nN f true", "f setlock g setlock h true"],
)  # fmt: skip
def test_setlock(as_daemontools, command):
    as_daemontools("setlock", *command.split())


def test_setlock_makes_the_file(run, tmp_path):
    run("setlock", "f", "true")
    assert os.stat(tmp_path / "f").st_mode & 0o777 == 0o600


def test_setlock_holds_the_lock_while_the_program_runs(nursery, tmp_path):
    with open(tmp_path / "f", "ab") as file:
        with subprocess.Popen([program("setlock"), "f", "cat"], cwd=tmp_path, env=nursery.environment, stdin=subprocess.PIPE) as cat:

            def held():
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    fcntl.flock(file, fcntl.LOCK_UN)
                    return False
                except BlockingIOError:
                    return True

            await_until(held, what="the lock")
            cat.stdin.close()
        assert not held()


def test_setlock_with_a_limit(chain, tmp_path):
    with open(tmp_path / "f", "ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        done = chain("setlock", "-t", "50ms", "f", "true")
        assert (done.returncode, done.stderr) == (111, b"setlock: fatal: unable to lock f: timed out\n")
        assert chain("setlock", "-x", "-t", "0", "f", "false").returncode == 0
        assert chain("setlock", "-n", "-t", "5s", "f", "false").returncode == 111
    assert chain("setlock", "-t", "5s", "f", *sh("grep -E '^Sig(Ign|Blk|Cgt):.*[1-9a-f]' /proc/self/status; exit 4")).returncode == 4
    assert chain("setlock", "-t", "soon", "f", "true").returncode == 100


def test_pgrphack(as_daemontools):
    text = "set -- $(cut -d' ' -f5,6 /proc/$$/stat); test $1 = $$ && test $2 = $$ && echo leader"
    assert as_daemontools("pgrphack", *sh(text)).stdout == b"leader\n"


@pytest.mark.parametrize("text", ["exit 3", "kill -9 $$", "(cat /proc/*/comm > /dev/null 2>&1; echo late) & exit 4", "true"])
def test_fghack(as_daemontools, text):
    as_daemontools("fghack", *sh(text))


def test_fghack_in_a_chain(chain):
    assert chain("fghack", "umask", "022", "fghack", "softlimit", "-c", "0", *sh("umask; exit 7")).returncode == 7
    done = chain("umask", "022", "fghack", "umask", "022", "absent-program")
    assert (done.returncode, done.stderr) == (127, b"umask: fatal: unable to run absent-program: file does not exist\n")


# The others


def test_export_and_unexport(chain):
    assert chain("export", "A", "b c", "export", "A", "", "export", "B", "2", *sh('echo "<$A>$B"')).stdout == b"<>2\n"
    assert chain("unexport", "A", *sh("echo ${A-gone}"), environment={"A": "1"}).stdout == b"gone\n"
    assert chain("export", "A=B", "x", "true").returncode == 100
    assert chain("export", "", "x", "true").returncode == 100


def test_emptyenv(chain):
    env = "/usr/bin/env"
    assert chain("emptyenv", env, environment={"A": "1"}).stdout == b""
    done = chain("emptyenv", "-k", "A", "-kC", env, environment={"A": "1", "B": "2", "C": "3", "AB": "4"})
    assert sorted(done.stdout.split()) == [b"A=1", b"C=3"]
    assert chain("emptyenv", "-p", env).stdout.startswith(b"PATH=")
    assert chain("emptyenv", "export", "A", "1", env).stdout == b"A=1\n"
    assert chain("emptyenv", "-z", env).returncode == 100


@pytest.mark.parametrize(
    ("helper", "before", "after"),
    [
        ("prepend-path", None, "x"), ("prepend-path", "", "x"), ("prepend-path", "a:b", "x:a:b"),
        ("append-path", None, "x"), ("append-path", "", "x"), ("append-path", "a:b", "a:b:x"),
    ],
)  # fmt: skip
def test_path_lists(chain, helper, before, after):
    environment = {} if before is None else {"LIST": before}
    assert chain(helper, "LIST", "x", *sh("echo $LIST"), environment=environment).stdout.decode().strip() == after


def test_argv0(chain):
    assert chain("argv0", "/bin/sh", "another", "-c", "cat /proc/$$/cmdline").stdout.split(b"\0")[0] == b"another"
    assert chain("argv0", "chainload", "umask", "027", *sh("umask")).stdout == b"0027\n"
    assert chain("argv0", "/bin/sh").returncode == 100


@pytest.mark.parametrize(("mask", "seen"), [("0", b"0000"), ("22", b"0022"), ("0777", b"0777"), ("1000", None), ("8", None), ("", None), ("u+x", None), ("-1", None)])
def test_umask(chain, mask, seen):
    done = chain("umask", mask, *sh("umask"))
    assert done.stdout.strip() == seen if seen else done.returncode == 100


def test_cd(chain, tmp_path):
    (tmp_path / "inner").mkdir()
    assert chain("cd", "inner", *sh("pwd -P")).stdout.decode().strip() == os.path.realpath(tmp_path / "inner")
    assert chain("cd", "inner", "cd", "..", *sh("pwd -P")).stdout.decode().strip() == os.path.realpath(tmp_path)


@pytest.mark.parametrize(("arguments", "seen"), [([], 10), (["-n", "5"], 5), (["-n5"], 5), (["-n", "+2"], 2), (["-n", "0"], 0), (["-n", "999"], 999)])
def test_nice(chain, arguments, seen):
    done = chain("chainload", "nice", *arguments, *sh("/usr/bin/nice"))
    assert int(done.stdout) == nicer_by(seen)


def test_nice_wrong(chain):
    assert chain("chainload", "nice", "-n", "x", "true").returncode == 100


def test_oom_score(chain):
    assert chain("oom-score", "321", *sh("cat /proc/self/oom_score_adj")).stdout == b"321\n"
    if os.geteuid() == 0:  # the file is root's until an exec, of which a fused chain has none
        assert chain("setuidgid", "nobody", "oom-score", "500", *sh("cat /proc/self/oom_score_adj")).stdout == b"500\n"
    for wrong in ("1001", "-1001", "x", "", "1 "):
        assert chain("oom-score", wrong, "true").returncode == 100


def test_setsid(chain):
    # Started by the test, the process leads no group of its own; in a new session it leads one, which is fine.
    assert chain("chainload", "setsid", *sh("set -- $(cut -d' ' -f6 /proc/$$/stat); test $1 = $$")).returncode == 0
    assert chain("chainload", "setsid", "chainload", "setsid", "true").returncode == 0
    done = chain("chainload", "setsid", "true", preexec_fn=lambda: os.setpgid(0, 0))
    assert (done.returncode, done.stderr) == (111, b"setsid: fatal: unable to make a session: permission denied\n")


def test_redirfd(chain, tmp_path):
    file = tmp_path / "file"
    assert chain("redirfd", "-w", "1", "file", "echo", "one").returncode == 0 and file.read_text() == "one\n"
    chain("redirfd", "-a", "1", "file", "echo", "two")
    assert file.read_text() == "one\ntwo\ntwo\n"  # fused and not
    assert chain("redirfd", "-r", "0", "file", "cat").stdout == b"one\ntwo\ntwo\n"
    assert chain("redirfd", "-x", "1", "file", "true").returncode == 111
    chain("redirfd", "-w", "7", "file", *sh("echo seven >&7"))
    assert file.read_text() == "seven\n"
    chain("redirfd", "-u", "5", "file", *sh("echo SE >&5"))
    assert file.read_text() == "SE\nen\n"
    assert chain("redirfd", "-r", "0", "absent", "true").stderr == b"redirfd: fatal: unable to open absent: file does not exist\n"
    for wrong in (["0", "file", "true"], ["-r", "x", "file", "true"], ["-r", "-1", "file", "true"], ["-z", "0", "file", "true"]):
        assert chain("redirfd", *wrong).returncode == 100


@pytest.mark.parametrize(("options", "non_blocking"), [("-r", False), ("-rb", True), ("-rn", True), ("-rnb", False)])
def test_redirfd_and_blocking(chain, tmp_path, options, non_blocking):
    (tmp_path / "file").touch()
    flags = int(re.search(rb"flags:\s*(\d+)", chain("redirfd", options, "6", "file", "cat", "/proc/self/fdinfo/6").stdout)[1], 8)
    assert bool(flags & os.O_NONBLOCK) == non_blocking


def test_redirfd_opens_a_fifo_that_nobody_reads(chain, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    assert chain("redirfd", "-wnb", "6", "fifo", "true").returncode == 0
    assert chain("redirfd", "-rnb", "6", "fifo", "true").returncode == 0


def test_fdmove_and_fdclose(chain, tmp_path):
    listing = sh("for fd in 5 6 7; do test -e /proc/$$/fd/$fd && echo $fd; done; true")
    (tmp_path / "file").touch()
    assert chain("redirfd", "-r", "5", "file", *listing).stdout.split() == [b"5"]
    assert chain("redirfd", "-r", "5", "file", "fdmove", "6", "5", *listing).stdout.split() == [b"6"]
    assert chain("redirfd", "-r", "5", "file", "fdmove", "-c", "6", "5", *listing).stdout.split() == [b"5", b"6"]
    assert chain("redirfd", "-r", "5", "file", "fdmove", "5", "5", *listing).stdout.split() == [b"5"]
    assert chain("redirfd", "-r", "5", "file", "fdclose", "5", "fdclose", "5", *listing).stdout.split() == []
    done = chain("fdmove", "6", "88", "true")
    assert (done.returncode, done.stderr) == (111, b"fdmove: fatal: unable to move descriptor 88 to 6: file descriptor not open\n")
    assert chain("fdmove", "6", "x", "true").returncode == 100
    assert chain("fdclose", "99999999999", "true").returncode == 100


@pytest.mark.parametrize("name", [name for name in HELPERS if name not in ("setlock", "redirfd", "fdmove", "fghack", "controlling-tty", "when-service", *helper_groups()["sockets"], *helper_groups()["isolation"])])
def test_a_helper_leaves_no_descriptor_behind(run, nursery, tmp_path, name):
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "A").write_text("x")
    block = ["{", "true", "}"]
    arguments = {
        "append-path": ["P", "x"], "argv0": None, "cd": ["/"], "envdir": [tmp_path / "e"], "envuidgid": ["nobody"],
        "export": ["A", "b"], "fdclose": ["9"], "oom-score": ["300"], "prepend-path": ["P", "x"], "setuidgid": [":0:0"],
        "softlimit": ["-c", "0"], "umask": ["022"], "unexport": ["A"], "applyuidgid": ["-u", "0"], "keepgroups": ["root"],
        "ulimit": ["core=0"], "ionice": ["-c", "idle"], "sched": ["batch"], "cpus": ["all"], "timerslack": ["1ms"], "envfile": ["/dev/null"],
        "if": block, "foreground": block, "background": block, "tryexec": ["{", "absent-program", "}"], "time-limit": ["30s"],
        "pipe-to": ["{", "cat", "}"], "fdswap": ["0", "0"], "chroot": ["/"], "runtime-dir": [tmp_path / "r"], "pdeathsig": ["TERM"],
        "at": ["every", "1ms"], "when-path": ["exists", "/"], "when-mount": ["/"],
        "assert": ["exists(/)"], "skip-unless": ["exists(/)"],
    }.get(name, [])  # fmt: skip
    if name in ("setuidgid", "applyuidgid", "keepgroups", "chroot") and os.geteuid() != 0:
        pytest.skip("needs root")
    program_words = ["/bin/sh", "sh", "-c", "ls /proc/$$/fd"] if arguments is None else ["/bin/sh", "-c", "ls /proc/$$/fd"]
    done = run("chainload", name, *(arguments or []), *program_words)
    assert done.stdout.split() == [b"0", b"1", b"2"], done.stderr
    # What ran beside it (pipe-to, recordio, background) ends a moment later.
    await_until(lambda: not nursery.processes())
