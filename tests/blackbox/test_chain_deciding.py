"""The helpers that decide whether, beside what, and for how long a program runs: as execline's where there is one."""

import pytest
from support.chains import SYSTEM, sh
from support.paths import BIN, foreign_program

EXECLINE = "/usr/lib/execline/bin"


@pytest.fixture
def as_execline(run):
    """Runs an execline script with ours, fused and not, and with execline's programs: output and code must be the same."""

    def compare(script, **options):
        execlineb = foreign_program("execlineb", "execline")

        def outcome(path, environment):
            done = run(execlineb, "-P", "-c", script, path=path, environment=environment, **options)
            return done.returncode, done.stdout.replace(b"CHAINLOAD_NO_FUSE=1\n", b"")

        ours = outcome(f"{BIN}:{SYSTEM}", {})
        assert outcome(f"{BIN}:{SYSTEM}", {"CHAINLOAD_NO_FUSE": "1"}) == ours
        assert outcome(f"{EXECLINE}:{SYSTEM}", {}) == ours
        return ours

    return compare


CRASH = 'sh -c "kill -9 $$"'


@pytest.mark.parametrize(
    "script",
    [
        "if { test -e /etc } echo y", "if { test -e /etcx } echo y", 'if { sh -c "exit 5" } echo y', 'if -n { sh -c "exit 5" } echo y',
        "if -n { true } echo y", "if -n { } echo y", "if { } echo y", "if -x 7 { false } echo y", "if -x0 { false } echo y",
        "if -t { false } echo y", "if -tn { true } echo y", "if -t -x 3 { false } echo y", "if -x 256 { false } echo y",
        "if -x abc { false } echo y", "if -q { false } echo y", "if { absent-program } echo y", "if { /etc } echo y", "if { true }",
        "if { false }", "if { true } absent-program", "if { true } /etc", "if", "if { if { true } echo inner } echo outer",
        "if { if { false } echo inner } echo outer", 'if -n { if -n { true } echo inner } echo " blank"', "if -x 300 { true } echo y",
        f"if {{ {CRASH} }} echo y", f"if -n {{ {CRASH} }} echo y", f"if -X {{ {CRASH} }} echo y", f"if -Xn {{ {CRASH} }} echo y",
        f"if -X -x 9 {{ {CRASH} }} echo y", f"if -t {{ {CRASH} }} echo y", f"if -tX {{ {CRASH} }} echo y", f"if -nx 4 {{ {CRASH} }} echo y",
    ],
)  # fmt: skip
def test_if(as_execline, script):
    as_execline(script)


def test_blocks_of_shell_scripts(chain):
    assert chain("if", "{", *sh("exit 0"), "}", "echo", "y").stdout == b"y\n"
    assert chain("if", "{", "if", "{", "true", "}", "echo", "a", "}", "echo", "{", "}").stdout == b"a\n{ }\n"
    assert chain("if", "{", "umask", "027", *sh("umask"), "}", *sh("umask; true"), cwd="/").stdout.split()[0] == b"0027"
    assert chain("if", "{", "}", "echo", "y").stdout == b"y\n"
    # The form that execlineb makes of a block, and the same without the blanks, as its own programs take it.
    assert chain("if", " echo", "  a", " }", "", "echo", "y").stdout == b" a }\ny\n"
    assert chain("if", "echo", "a", "", "echo", "y").stdout == b"a\ny\n"
    for words in (["{"], ["{", "true"], ["{", "{", "true", "}", "echo"], ["true"], [" true", " echo"], []):
        done = chain("if", *words)
        assert done.returncode == 100
        assert done.stderr.startswith(b"if: a block is { COMMAND ... }, each brace a word of its own\nif: usage: if ")
