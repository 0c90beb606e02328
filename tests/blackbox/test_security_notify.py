"""sv-security(7), NOTIFICATIONS: who is heard at supervise/notify, and what a sender can do to supervise."""

import array
import os
import socket
import threading

from support.awaiting import await_until
from support.service import recorded

NOTIFIES = {"run": recorded("await go", "notify READY=1", "wait"), "notify": ""}


def client_of(one):
    client = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    client.connect(str(one.path("supervise/notify")))
    return client


def test_only_processes_of_the_service_are_heard(service):
    one = service(NOTIFIES)
    one.await_phase("up")
    with client_of(one) as client:
        client.send(b"READY=1\nSTATUS=forged")
        one.await_stderr(f"a notify message of pid {os.getpid()} is ignored")
        client.send(b"READY=1\nSTATUS=forged")
    assert one.status().phase == "up" and one.status().text == ""
    one.touch("go")
    assert one.await_phase("ready").text == ""
    assert one.stderr().count("is ignored") == 1


def test_mainpid_names_only_processes_of_the_service(service):
    one = service({"run": recorded(f"notify MAINPID={os.getpid()}", "notify MAINPID=1", "notify READY=1", "wait"), "notify": ""})
    pid = one.await_phase("ready").pid
    assert pid not in (1, os.getpid())
    assert "MAINPID= names a process that is not of this service" in one.stderr()
    one.send("d")
    one.await_phase("down")


def test_descriptors_of_others_are_not_taken_in(service):
    one = service({**NOTIFIES, "fd-store-max": "4"})
    one.await_phase("up")
    mine, theirs = os.pipe()
    with client_of(one) as client:
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [theirs]))]
        client.sendmsg([b"FDSTORE=1\nREADY=1"], rights)
        os.close(theirs)
        assert os.read(mine, 1) == b""  # its other end is closed: the kernel dropped it
    os.close(mine)
    one.touch("go")
    one.await_phase("ready")


def test_a_flood_does_not_keep_letters_from_being_obeyed(service):
    one = service(NOTIFIES)
    one.await_phase("up")
    over = threading.Event()

    def flood():
        with client_of(one) as client:
            client.setblocking(False)
            while not over.is_set():
                try:
                    client.send(b"READY=1\n" * 100)
                except BlockingIOError:
                    pass
                except OSError:
                    return  # the socket has gone with its run

    floods = [threading.Thread(target=flood) for _ in range(2)]
    for each in floods:
        each.start()
    try:
        await_until(lambda: "is ignored" in one.stderr(), what="the flood")
        one.send("d")
        one.await_phase("down")
    finally:
        over.set()
        for each in floods:
            each.join()
