"""Lines that survivors numbered (tests/survival/README.md): whether each of them is in the log exactly once."""


def sent_lines(evidence):
    """{run: lines that were surely sent} of the evidence directory."""
    try:
        return {path.name: int.from_bytes(path.read_bytes(), "little") for path in (evidence / "sent").iterdir()}
    except FileNotFoundError:
        return {}


def faults(lines, sent):
    """What is wrong with `lines` (texts without stamps), one text for each fault; and how many lines were right.

    Of each run all lines must be there, in order, once. One more than was surely sent may be: killed between the
    write and the count of it.
    """
    found, last = [], {}
    for position, line in enumerate(lines, 1):
        run, _, number = line.partition(" ")
        if run not in sent or not number.isdigit():
            found.append(f"line {position} is nobody's: {line!r}")
            continue
        if int(number) != last.get(run, 0) + 1:
            found.append(f"line {position} is number {number} of run {run}, after number {last.get(run, 0)}")
        last[run] = int(number)
    for run, count in sent.items():
        if last.get(run, 0) - count not in (0, 1):
            found.append(f"run {run} sent {count} lines, the last one in the log is {last.get(run, 0)}")
    return found, sum(last.values())
