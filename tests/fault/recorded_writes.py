"""What a tree writes to its state directories, call by call, and the directories as they were after any prefix of that.

strace tells the calls; a model of files replays them. Only what lies in supervise/, .svscan/ and .depengine/ counts.
"""

import dataclasses
import os
import pathlib
import re
import stat

CALLS = "open,openat,creat,write,pwrite64,writev,rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,mknod,mknodat,symlink,symlinkat,ftruncate"
STATE = ("supervise", ".svscan", ".depengine")
# "TIME CALL(ARGUMENTS) = RESULT"
_LINE = re.compile(r"^(\d+\.\d+) (\w+)\((.*)\) += (-?\d+)(?:<(.*?)>)?(?: .*)?$")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_PLACE = re.compile(r"^(?:AT_FDCWD|-?\d+)<((?:\\x[0-9a-f]{2}|[^>])*)>")


def strace_words(directory):
    """What starts a program so that its calls, and those of all that it starts, are in `directory`."""
    return ["strace", "-D", "-ff", "-ttt", "-y", "-xx", "-s", "100000", "-e", f"trace={CALLS}", "-e", "signal=none", "-o", f"{directory}/trace"]


def unescape(text):
    return bytes.fromhex(text.replace("\\x", "")) if text.startswith("\\x") else text.encode()


@dataclasses.dataclass(frozen=True)
class Change:
    """One call: `kind` is make-directory, make-fifo, link, open, write, truncate, rename or remove."""

    kind: str
    path: str
    data: bytes = b""
    at: int = -1  # write: the offset, -1 behind what was written before; truncate: the size
    other: str = ""  # rename: the new path

    def __str__(self):
        return f"{self.kind} {self.path}{' -> ' + self.other if self.other else ''}{f' ({len(self.data)} bytes)' if self.data else ''}"


def texts_of(arguments):
    return [unescape(found) for found in _TEXT.findall(arguments)]


def path_at(arguments, name):
    """The absolute path of `name`, which is relative to the descriptor that stands before it, or to the caller's directory."""
    name = name.decode()
    if name.startswith("/"):
        return os.path.normpath(name)
    place = _PLACE.match(arguments)
    assert place, f"whose directory is it? {arguments}"
    return os.path.normpath(os.path.join(unescape(place[1]).decode(), name))


def change_of(call, arguments, result_path):
    texts = texts_of(arguments)
    if call in ("openat", "open", "creat"):
        if "O_CREAT" not in arguments and "O_TRUNC" not in arguments:
            return None
        return Change("open", unescape(result_path).decode(), data=b"t" if "O_TRUNC" in arguments else b"")
    if call in ("write", "pwrite64", "writev"):
        path = unescape(_PLACE.match(arguments)[1]).decode()
        at = int(arguments.rsplit(", ", 1)[1]) if call == "pwrite64" else -1
        return Change("write", path, b"".join(texts), at)
    if call in ("rename", "renameat", "renameat2"):
        first, second = arguments.split(", ", 2)[0:2] if call == "rename" else (arguments, "")
        if call == "rename":
            return Change("rename", path_at(first, texts[0]), other=path_at(second, texts[1]))
        behind = arguments.split('", ', 1)[1]
        return Change("rename", path_at(arguments, texts[0]), other=path_at(behind, texts[1]))
    kind = {"unlink": "remove", "rmdir": "remove", "unlinkat": "remove", "mkdir": "make-directory", "mkdirat": "make-directory", "mknod": "make-fifo", "mknodat": "make-fifo"}
    if call in kind:
        return Change(kind[call], path_at(arguments, texts[0]))
    if call == "symlinkat":
        return Change("link", path_at(arguments.split('", ', 1)[1], texts[1]), texts[0])
    path = unescape(_PLACE.match(arguments)[1]).decode()  # ftruncate
    return Change("truncate", path, at=int(arguments.rsplit(", ", 1)[1]))


def concerns_state(path, root):
    return path.startswith(f"{root}/") and any(part in STATE for part in pathlib.PurePath(path).relative_to(root).parts)


def read_changes(directory, root):
    """All that the traces in `directory` say of state below `root`, in the order of time."""
    found = []
    for file in pathlib.Path(directory).glob("trace.*"):
        for line in file.read_text(encoding="ascii", errors="replace").splitlines():
            matched = _LINE.match(line)
            if not matched or int(matched[4]) < 0:
                continue
            time, call, arguments, _, result_path = matched.groups()
            if call in ("open", "mkdir", "unlink", "mknod", "rename", "rmdir") and '"\\x2f' not in arguments:
                continue  # of a program that is not ours: ours name their directory
            change = change_of(call, arguments, result_path or "")
            if change and concerns_state(change.path, root):
                found.append((float(time), change))
    return [change for _, change in sorted(found, key=lambda entry: entry[0])]


class Disk:
    """The state as it is after some changes: {path: content}, None for a directory, "fifo", or ("link", target)."""

    def __init__(self):
        self.entries = {}
        self.places = {}

    def apply(self, change):
        entries, path = self.entries, change.path
        if change.kind == "make-directory":
            entries.setdefault(path, None)
        elif change.kind == "make-fifo":
            entries.setdefault(path, "fifo")
        elif change.kind == "link":
            entries.setdefault(path, ("link", change.data))
        elif change.kind == "remove":
            entries.pop(path, None)
        elif change.kind == "rename":
            if path in entries:  # else a socket, which is none of the calls that are recorded
                entries[change.other] = entries.pop(path)
        elif change.kind == "open":
            if change.data or path not in entries:
                entries[path] = b""
            self.places[path] = 0
        elif change.kind == "truncate" and isinstance(entries.get(path), bytes):
            entries[path] = entries[path][: change.at].ljust(change.at, b"\0")
        elif change.kind == "write" and isinstance(entries.get(path), bytes):
            at = self.places.get(path, 0) if change.at < 0 else change.at
            old = entries[path].ljust(at, b"\0")
            entries[path] = old[:at] + change.data + old[at + len(change.data) :]
            if change.at < 0:
                self.places[path] = at + len(change.data)

    def write_out(self):
        for path, content in sorted(self.entries.items()):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if content is None:
                os.makedirs(path, mode=0o711, exist_ok=True)
            elif content == "fifo":
                os.mkfifo(path, 0o600)
            elif isinstance(content, tuple):
                os.symlink(content[1], path)
            else:
                pathlib.Path(path).write_bytes(content)


def state_on_disk(root):
    """The same of a real directory: what the replay of all changes must have made."""
    found = {}
    for folder, directories, files in os.walk(root):
        for name in [*directories, *files]:
            path = os.path.join(folder, name)
            if concerns_state(path, root):
                mode = os.lstat(path).st_mode
                found[path] = "fifo" if stat.S_ISFIFO(mode) else None if stat.S_ISDIR(mode) else "socket" if stat.S_ISSOCK(mode) else pathlib.Path(path).read_bytes()
    return found


def cuts(changes):
    """[(name, Disk)]: after each prefix; with the last write half done; with a renamed file that has no content yet."""
    found = []
    disk = Disk()
    for number, change in enumerate(changes):
        half = Disk()
        half.entries, half.places = dict(disk.entries), dict(disk.places)
        if change.kind == "write" and len(change.data) > 1:
            half.apply(dataclasses.replace(change, data=change.data[: len(change.data) // 2]))
            found.append((f"{number}-torn", f"half of {change}", half))
        if change.kind == "rename" and change.path in disk.entries:
            half.apply(change)
            half.entries[change.other] = b""
            found.append((f"{number}-empty", f"{change}, its content not written", half))
        disk.apply(change)
        now = Disk()
        now.entries = dict(disk.entries)
        found.append((f"{number}", str(change), now))
    return found
