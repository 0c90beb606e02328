"""Waiting for a condition with a deadline: the only way in which these tests wait."""

import time

from support import orphans

DEADLINE = 10.0
PAUSE = 0.003


def await_until(condition, deadline=DEADLINE, what=None):
    """Calls `condition` until it is true and returns its value; AssertionError once `deadline` seconds are over.

    `what` says what was awaited: a text, or a function that is called for it when the time is over.
    """
    end = time.monotonic() + deadline
    while True:
        orphans.reap()
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            text = what() if callable(what) else what or getattr(condition, "__doc__", None) or "the condition"
            raise AssertionError(f"waited {deadline} s in vain for: {text}")
        time.sleep(PAUSE)


def stays(condition, seconds):
    """True if `condition` holds all the time for so many seconds: for what must *not* happen. Keep it short."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        orphans.reap()
        if not condition():
            return False
        time.sleep(PAUSE)
    return True
