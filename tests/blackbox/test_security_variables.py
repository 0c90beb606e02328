"""sv-security(7), VARIABLES: what a service inherits, and what a variable can do."""

import pytest
from support import paths
from support.paths import BIN
from support.service import recorded

OTHERS = {
    "SERVICE": "other",
    "SERVICE_DIR": "/other",
    "INSTANCE": "other",
    "SERVICE_RESULT": "other",
    "NOTIFY_SOCKET": "/other",
    "WATCHDOG_USEC": "1",
    "WATCHDOG_PID": "1",
    "LISTEN_FDS": "1",
    "LISTEN_PID": "1",
    "LISTEN_FDNAMES": "other",
    "MAINPID": "1",
}


def test_variables_about_another_service_are_not_inherited(service):
    one = service({"run": recorded(*(f"environment {name}" for name in OTHERS), "wait")}, start=False)
    one.environment.update(OTHERS)
    one.start()
    one.await_phase("ready")
    found = dict(event.rest.replace(" unset", "=").split("=", 1) for event in one.await_events("environment", len(OTHERS)))
    assert found.pop("SERVICE") == "web" and found.pop("SERVICE_DIR") == str(one.directory)
    assert set(found.values()) == {""}, found


@pytest.mark.skipif(paths.linked_with() == "host", reason="this build is linked dynamically, as sanitizers need it")
@pytest.mark.parametrize("name", ["supervise", "chainload", "svtools"])
def test_ld_preload_does_nothing_to_the_lean_programs(bin_dir, name):
    image = (BIN / name).read_bytes()
    table, size, count = int.from_bytes(image[32:40], "little"), int.from_bytes(image[54:56], "little"), int.from_bytes(image[56:58], "little")
    kinds = [int.from_bytes(image[table + at * size : table + at * size + 4], "little") for at in range(count)]
    interpreter = 3  # PT_INTERP of elf(5): who would read LD_PRELOAD
    assert kinds and interpreter not in kinds


def test_start_env_serves_one_start(service, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "EVIL").write_text("1\n", encoding="ascii")
    one = service({"run": recorded("environment EVIL", "environment GOOD", "wait")}, start=False)
    one.path("supervise").mkdir()
    one.path("supervise/start-env").symlink_to(elsewhere)
    one.start()
    assert one.await_event("environment", rest="EVIL unset")
    assert (elsewhere / "EVIL").exists() and not one.path("supervise/start-env").is_symlink()
    one.send("d")
    one.await_phase("down")
    one.write("supervise/start-env/GOOD", "2\n")
    one.send("u")
    one.await_event("environment", rest="GOOD=2")
    one.send("r")
    one.await_starts(3)
    assert len(one.await_events("environment", 2, rest="GOOD unset")) == 2
