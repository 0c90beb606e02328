"""`rain` is found, and --long and its mark are known, as in the black-box tests."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import rain  # noqa: E402, F401  (which finds `support`)
from support.long_tests import pytest_addoption, pytest_collection_modifyitems, register_mark  # noqa: E402, F401


def pytest_configure(config):
    register_mark(config)
