"""The chaos driver. README.md in the folder above says what it does; `run` there is where it starts."""

import pathlib
import sys

# What the black-box tests know of trees, records and processes serves here too.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "blackbox"))
