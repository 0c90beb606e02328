"""A program whose system calls take their time, so that what comes in between is tried every time."""

import os

from support.paths import foreign_program

# What looks for leaks cannot do so under strace. Of a program with a sanitizer, the options that it was given and this.
WITHOUT_LEAKS = {"ASAN_OPTIONS": f"{os.environ.get('ASAN_OPTIONS', '')}:detect_leaks=0"}


def slowed(*expressions):
    """The words before the command: strace's expressions (-e). The command stays our own child."""
    return (foreign_program("strace", "strace"), "-D", "-o", "/dev/null", *(word for one in expressions for word in ("-e", one)))
