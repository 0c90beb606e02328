"""A program whose system calls take their time, so that what comes in between is tried every time."""

from support.paths import foreign_program


def slowed(*expressions):
    """The words before the command: strace's expressions (-e). The command stays our own child."""
    return (foreign_program("strace", "strace"), "-D", "-o", "/dev/null", *(word for one in expressions for word in ("-e", one)))
