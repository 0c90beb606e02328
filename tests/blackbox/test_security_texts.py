"""sv-security(7), NAMES AND TEXTS: what others have named or said, on a terminal or in a log."""

import json
import os
import pty
import subprocess

from support.awaiting import await_until
from support.paths import program
from support.service import RUNS, recorded

EVIL = "a\x1b[2J\x07b\x9bc"


def test_strange_names_are_no_services(tree):
    for name in ("-x", "a b", "..x", "a\nb", "ü", "a\x1b[2J"):
        tree.add(name)
    tree.add("web")
    tree.start()
    tree.await_up("web")
    await_until(lambda: tree.messages().count("no service: a name is") >= 5, what=tree.messages)
    made = [path.parent.name for path in tree.directory.glob("*/supervise")]
    assert made == ["web"]


def test_logs_have_no_control_characters(tree, service):
    tree.add("a\x1b[2J")
    tree.start()
    tree.await_said("no service: a name is")
    one = service({"run": RUNS, "timeout-kill": EVIL, "stop-steps": "TERM \x1b"})
    one.await_stderr("timeout-kill")
    helper = subprocess.run([program("cd"), f"/nowhere/{EVIL}", "true"], capture_output=True, check=False)
    assert helper.returncode == 111
    for text in (tree.messages().encode(), one.stderr().encode(), helper.stderr):
        assert b"\x1b" not in text and b"\x07" not in text and b"\xc2\x9b" not in text
    assert "a?[2J: no service" in tree.messages()


def test_status_texts_are_shown_without_control_characters(service):
    one = service({"run": recorded("notify READY=1", "wait"), "notify": ""})
    one.await_phase("ready")
    status = one.path("supervise/status")
    record = bytearray(status.read_bytes())
    evil = EVIL.encode()
    record[128 : 128 + len(evil)] = evil  # not by supervise, which would not
    status.write_bytes(record)
    for options in (["-l"], ["--json"]):
        shown = subprocess.run([program("svstat"), *options, str(one.directory)], capture_output=True, check=True).stdout
        assert b"\x1b" not in shown and b"\x07" not in shown and b"\xc2\x9b" not in shown
        assert b"[2J" in shown
    assert json.loads(shown)[0]["status"] == EVIL
    svctl = subprocess.run([program("svctl"), "-C", str(one.directory.parent), "status", "web"], capture_output=True, check=False).stdout
    assert b"\x1b[2J" not in svctl and b"\x07" not in svctl


def test_a_terminal_is_shown_log_lines_without_control_characters(tree):
    log = tree.add("web") / "log"
    (log / "main").mkdir(parents=True)
    (log / "run").write_text("#!/bin/sh\nexec multilog ./main\n", encoding="ascii")
    (log / "run").chmod(0o755)
    (log / "main" / "current").write_bytes(f"before {EVIL} after\n".encode())
    (log / "main" / "current").chmod(0o744)
    master, slave = pty.openpty()
    svctl = [program("svctl"), "-C", str(tree.directory), "logs", "web"]
    subprocess.run(svctl, stdout=slave, stderr=slave, check=False, timeout=20, env={**os.environ, "NO_COLOR": "1", "TERM": "xterm"})
    os.close(slave)
    shown = b""
    while b"after" not in shown:
        shown += os.read(master, 4096)
    os.close(master)
    assert b"\x1b[2J" not in shown and b"\x07" not in shown and b"\xc2\x9b" not in shown
