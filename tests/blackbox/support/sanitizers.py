"""What programs that are built with sanitizers are told by their environment."""

import os

# Whoever looks for leaks cannot do so under strace, nor as the first process of a namespace.
WITHOUT_LEAKS = {"ASAN_OPTIONS": f"{os.environ.get('ASAN_OPTIONS', '')}:detect_leaks=0"}


def options():
    """The variables with which the tests were started, for environments that are made anew."""
    return {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
