"""Fixtures of the fault tests: those of the black-box tests, and what makes a program's system calls fail."""

import importlib.util
import pathlib
import sys

BLACK_BOX = pathlib.Path(__file__).resolve().parents[1] / "blackbox"
sys.path[:0] = [str(pathlib.Path(__file__).parent), str(BLACK_BOX)]

# Both folders have a conftest.py: the other one goes by another name.
_spec = importlib.util.spec_from_file_location("blackbox_conftest", BLACK_BOX / "conftest.py")
_blackbox = importlib.util.module_from_spec(_spec)
sys.modules["blackbox_conftest"] = _blackbox
_spec.loader.exec_module(_blackbox)

# Its hooks and fixtures are ours too.
globals().update({name: value for name, value in vars(_blackbox).items() if name.startswith("pytest_") or hasattr(value, "_pytestfixturefunction")})
