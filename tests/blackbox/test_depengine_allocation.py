"""Without memory the engine still starts and stops services; what fails is who asks for more.

As in test_supervise_allocation.py, a library that is preloaded into the engine refuses from some moment on.
"""

import os

from support.awaiting import await_until
from test_supervise_allocation import board  # noqa: F401  (a fixture)


def write(engine, name, letter):
    fd = os.open(engine.tree.directory / name / "supervise" / "control", os.O_WRONLY | os.O_NONBLOCK)
    os.write(fd, letter)
    os.close(fd)


def test_services_start_and_stop_in_order_without_memory(engine, board):  # noqa: F811
    for number in range(10):
        engine.add(f"s{number}", relations={"requires": [f"s{number - 1}"]} if number else None, restart_delay="1 1 1")
    engine.start(environment=board.environment)
    engine.await_settled()
    assert board.programs == 1, "the library was not loaded"
    pid = engine.pid
    board.refuse()

    # By hand, past the engine: what needs s0 is stopped by it, last first.
    write(engine, "s0", b"d")
    await_until(
        lambda: all(engine.tree.record(f"s{number}").pid == 0 for number in range(10)),
        what=lambda: [engine.tree.record(f"s{number}").phase for number in range(10)],
    )
    assert board.refused == 0, "it asks for memory when it stops services"
    # A client that asks for more than there is is turned away, and that is all.
    try:
        with engine.client() as client:
            client.send("status")
            client.receive()
    except OSError:
        pass
    assert engine.tree.main_pid("engine") == pid
