"""The option --long, and the mark of the tests that are only run with it: for each conftest.py to import."""

import pytest


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="also the tests that take long")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--long"):
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason="takes long: tests/run --long"))


def register_mark(config):
    config.addinivalue_line("markers", "long: only in tests/run --long")
