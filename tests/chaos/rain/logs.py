"""Every numbered line exactly once in the log, whatever was killed: multilog's and svscan's promise."""

from support import numbered_lines
from support.logger import whole_log

STAMP = len("@") + 24 + len(" ")


def faults(tree, place, names):
    """{name: what is wrong with its log}, and how many lines were right in all."""
    found, total = {}, 0
    for name in names:
        directory = tree.directory / name
        if not directory.exists():
            directory = place.aside / name
        sent = numbered_lines.sent_lines(place.evidence / name)
        if not (directory / "log" / "main").is_dir():
            if any(sent.values()):
                found[name] = ["there is no log"]
            continue
        lines = [line[STAMP:].decode("ascii", "replace") for line in whole_log(directory / "log" / "main").splitlines()]
        wrong, right = numbered_lines.faults(lines, sent)
        total += right
        if wrong:
            found[name] = wrong
    return found, total
