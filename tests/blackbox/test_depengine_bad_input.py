"""Clients that talk nonsense, do not read, or are too many; supervisors that do not take commands."""

import os
import random
import signal
import socket

import pytest
from engine_client import Client
from support import processes
from support.awaiting import await_until

WRONG = [
    ("", "JSON"),
    ("{", "JSON"),
    ("[]", "object"),
    ("{}", "v:"),
    ('{"v":2,"do":"status"}', "v:"),
    ('{"v":1}', "do:"),
    ('{"v":1,"do":"fly"}', '"fly"'),
    ('{"v":1,"do":"start"}', "services:"),
    ('{"v":1,"do":"start","services":[]}', "services:"),
    ('{"v":1,"do":"start","services":["../x"]}', "../x"),
    ('{"v":1,"do":"start","services":"web"}', "services:"),
    ('{"v":1,"do":"start","services":["web"],"mode":"hard"}', "mode:"),
    ('{"v":1,"do":"start","services":["web"],"moed":"fail"}', "moed"),
    ('{"v":1,"do":"start","services":["web"],"key":""}', "key:"),
    ('{"v":1,"do":"start","services":["web"],"timeout_ms":-1}', "timeout_ms:"),
    ('{"v":1,"do":"apply","services":["web"],"verb":"start","hash":"12"}', "hash:"),
    ('{"v":1,"do":"plan","orders":[],"verb":"start"}', "verb:"),
    ('{"v":1,"do":"change","orders":[{"do":"start"}]}', "services:"),
    ('{"v":1,"do":"shutdown","tree":"yes"}', "tree:"),
    ('{"v":1,"do":"status"}' + "[" * 5000, "JSON"),
]


def test_wrong_requests_get_one_error_that_names_the_field(engine):
    engine.start()
    for text, word in WRONG:
        with engine.client() as client:
            client.send_text(text)
            answer = client.receive()
            assert answer["type"] == "error" and word in answer["text"], (text, answer)
            assert client.receive() is None


def test_unknown_services_are_refused_with_a_hint(engine):
    engine.add("web", down="")
    engine.start()
    assert engine.ask("start", services=["wbe"])["refusals"] == ["wbe: there is no such service (did you mean web?)"]
    assert engine.ask("status", services=["wbe"])["unknown"] == ["wbe"]


def test_a_line_that_is_too_long(engine):
    engine.start()
    with engine.client() as client:
        client.socket.sendall(b"x" * 65536)
        assert "65536" in client.receive()["text"]


def test_10000_garbage_requests(engine):
    engine.add("web")
    engine.start()
    engine.await_phase("web", "ready")
    pid = engine.pid
    choose = random.Random(7)
    whole = b'{"v":1,"do":"plan","verb":"start","services":["web"],"mode":"replace"}\n'
    for _ in range(10_000):
        text = bytearray(whole)
        for _ in range(choose.randrange(1, 8)):
            text[choose.randrange(len(text))] = choose.randrange(256)
        with Client(engine.tree.directory) as client:
            try:
                client.socket.sendall(bytes(text[: choose.randrange(len(text)) + 1]))
                if choose.random() < 0.1:
                    client.socket.shutdown(socket.SHUT_WR)
                    client.receive()
            except (BrokenPipeError, ConnectionResetError):
                pass
    assert engine.phase("web") == "ready" and engine.pid == pid


def test_a_client_that_never_reads_is_dropped(engine):
    engine.add("web", down="")
    engine.start()
    with engine.client() as deaf:
        deaf.send("subscribe")
        deaf.receive()
        deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

        def flood():
            with engine.client() as client:
                for _ in range(30):
                    client.send("start", services=["web"])
                    client.until("result")
                    client.send("stop", services=["web"])
                    client.until("result")
            return "does not read" in engine.tree.messages()

        await_until(flood, deadline=30)
    assert engine.phase("web") == "down"


def test_a_client_that_never_reads_its_answer_blocks_nobody(engine):
    engine.add("web")
    engine.start()
    with engine.client() as deaf:
        for _ in range(2000):
            try:
                deaf.socket.settimeout(0.01)
                deaf.send("status")
            except (TimeoutError, BlockingIOError):
                break
        assert engine.phase("engine") == "ready"


def test_64_clients_and_no_more(engine):
    engine.start()
    clients = [engine.client() for _ in range(64)]
    for client in clients:
        client.send("status")
        assert client.receive()["type"] == "status"
    with engine.client() as one_more:
        assert "64 clients" in one_more.receive()["text"]
    for client in clients:
        client.close()
    engine.await_listening()


def test_a_stopped_supervise_and_a_full_fifo_block_nothing(engine):
    engine.add("web")
    engine.add("db")
    engine.start()
    engine.await_settled()
    supervise = engine.tree.supervise_pid("web")
    os.kill(supervise, signal.SIGSTOP)
    try:
        fifo = os.open(engine.tree.directory / "web" / "supervise" / "control", os.O_WRONLY | os.O_NONBLOCK)
        with pytest.raises(BlockingIOError):
            while True:
                os.write(fifo, b"c" * 4096)
        os.close(fifo)
        with engine.client() as client:
            client.send("stop", services=["web"], timeout_ms=50)
            assert client.until("result")[-1]["results"][0]["result"] == "timeout"
        assert engine.ask("stop", services=["db"])["ok"]
        assert engine.status("web")["waits_for"]["why"] == "supervisor"
    finally:
        os.kill(supervise, signal.SIGCONT)
    engine.await_phase("web", "down")


def test_another_user_may_not(engine, nursery):
    if os.geteuid() != 0:
        pytest.skip("needs root")
    engine.add("web")
    engine.start()
    directory = engine.tree.directory / ".depengine"
    assert directory.stat().st_mode & 0o777 == 0o700
    assert (directory / "socket").stat().st_mode & 0o777 == 0o600


def test_group_members_may_read_only(engine):
    if os.geteuid() != 0:
        pytest.skip("needs root")
    group = 54321
    engine.add("web")
    engine.start("--group", str(group))
    directory = engine.tree.directory / ".depengine"
    assert (directory.stat().st_mode & 0o777, directory.stat().st_gid) == (0o750, group)
    folder = os.open(directory, os.O_PATH | os.O_DIRECTORY)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:  # an ordinary user who is in that group
        try:
            os.setgroups([group])
            os.setgid(65534)
            os.setuid(65534)
            said = b""
            for text in (b'{"v":1,"do":"status"}\n', b'{"v":1,"do":"stop","services":["web"]}\n'):
                with socket.socket(socket.AF_UNIX) as one:
                    one.connect(f"/proc/self/fd/{folder}/socket")
                    one.sendall(text)
                    said += one.recv(23) + b"\n"
            os.write(writer, said)
        finally:
            os._exit(0)
    os.close(folder)
    os.close(writer)
    with os.fdopen(reader) as answers:
        said = answers.read()
    os.waitpid(child, 0)
    assert said.splitlines() == ['{"v":1,"type":"status",', '{"v":1,"type":"error","'], said
    assert processes.alive(engine.pid)
