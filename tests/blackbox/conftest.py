"""Fixtures of the black-box tests: real programs, own directories, nothing left behind.

Every process of a test has the test's marker in its environment, and the test process is their subreaper; when the
test is over all that is still there is killed, by pid, and the test fails for it.
"""

import pathlib
import re
import signal
import sys
import uuid

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from support import orphans, processes, sanitizers  # noqa: E402  (found by the line above)
from support.awaiting import await_until  # noqa: E402
from support.chains import as_daemontools, chain, run  # noqa: E402, F401  (fixtures)
from support.logger import Logger  # noqa: E402
from support.long_tests import pytest_addoption, pytest_collection_modifyitems, register_mark  # noqa: E402, F401
from support.paths import BIN, RECORDER  # noqa: E402
from support.service import Service  # noqa: E402
from engine_client import Engine  # noqa: E402
from svscan_tree import Tree  # noqa: E402


TIME_LIMIT = 240  # seconds: no test takes a tenth of it, on a quiet machine
LONG_TIME_LIMIT = 3600
GRACE = 5  # seconds for what ends by itself after its test


def take_default_signals():
    """What a shell or nohup ignores for its background jobs would be ignored by all that the tests start."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


def pytest_configure(config):
    take_default_signals()
    orphans.become_subreaper()
    register_mark(config)
    config.addinivalue_line("markers", "leaves_processes: ends by killing what is left, which is no failure")


class OutOfTime(BaseException):
    """No test's own `except` takes it for what it awaits."""


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    """A test that waits for what never comes ends with the place where it waits, instead of holding up all others."""
    seconds = LONG_TIME_LIMIT if item.get_closest_marker("long") else TIME_LIMIT

    def end(number, frame):
        signal.alarm(TIME_LIMIT)  # for what ends the test's processes then
        raise OutOfTime(f"not done after {seconds} s")

    signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    yield
    signal.alarm(0)


@pytest.fixture(scope="session")
def bin_dir():
    """Where the programs under test are: $REEVE_BIN, else build/bin."""
    assert BIN.is_dir(), f"{BIN} is not there: build first (tests/run does)"
    return BIN


class Nursery:
    """All that one test starts: the environment that marks it, and the ways to find and to end it."""

    def __init__(self, directory):
        self.directory = directory
        self.marker = uuid.uuid4().hex
        self.environment = {
            "PATH": f"{BIN}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(directory),
            processes.MARKER: self.marker,
            **sanitizers.options(),
        }

    def processes(self):
        """{pid: command line} of all that lives, orphans that dropped the marker included."""
        return {pid: processes.command_line(pid) for pid in processes.marked(self.marker)}

    def await_none(self, seconds):
        """Waits for the end of what is ending by itself, such as a helper beside a program that has ended."""
        try:
            await_until(lambda: not self.processes(), deadline=seconds)
        except AssertionError:
            pass  # what is left then is the caller's to judge

    def kill_all(self):
        """Ends all that is left, and returns {pid: command line} of it."""
        return processes.kill_marked(self.marker)


@pytest.fixture
def nursery(request, tmp_path):
    """The test's processes. At the end none may be left (mark leaves_processes where that is the point)."""
    one = Nursery(tmp_path)
    yield one
    leaves = request.node.get_closest_marker("leaves_processes")
    if not leaves:
        one.await_none(GRACE)
    left = one.kill_all()
    orphans.reap()
    assert leaves or not left, f"processes left behind by this test: {left}"


def assert_without_finding(said):
    """What a sanitizer or an assertion of the library finds ends a program that may be started again."""
    assert not re.search(r"Sanitizer|runtime error:|Assertion '", said), said


@pytest.fixture
def service(bin_dir, nursery, tmp_path):
    """A factory: service(files, name="web", start=True, options=()) makes a directory and its supervise."""
    assert RECORDER.is_file(), f"{RECORDER} is not there: build first (tests/run does)"
    made = []

    def make(files=None, name="web", start=True, options=()):
        one = Service(tmp_path / name, nursery.environment, files)
        made.append(one)
        return one.start(*options) if start else one

    yield make
    for one in reversed(made):
        one.end()
    for one in made:
        assert_without_finding(one.stderr())


@pytest.fixture
def tree(bin_dir, nursery, tmp_path):
    """A scan directory with nothing in it yet, and the svscan that a test starts there."""
    one = Tree(tmp_path / "services", nursery.environment)
    yield one
    if one.popen and one.popen.poll() is None:
        one.stop()
    assert_without_finding(one.messages())


@pytest.fixture
def logger(bin_dir, nursery, tmp_path):
    """A factory: logger(*script) starts multilog in a directory of its own, at the end of a pipe."""
    made = []

    def make(*script, **variables):
        made.append(Logger(tmp_path, nursery.environment, *script, **variables))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def engine(tree):
    """The same with an engine that a test starts; services are made with add()."""
    assert RECORDER.is_file(), f"{RECORDER} is not there: build first (tests/run does)"
    return Engine(tree)
