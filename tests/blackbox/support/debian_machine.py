"""A machine of its own for services as Debian ships them: this system with more packages unpacked over it, seen through
an overlay in namespaces of its own, with our svscan as its process 1 on /etc/service.

Nothing outside of it changes: its root, /run, /tmp and /dev are in memory, its network is a loopback of its own, and all
of it ends with its first process.
"""

import functools
import json
import os
import shlex
import subprocess

import pytest
from support import orphans
from support.awaiting import await_until
from support.debian_packages import packages, unpack  # noqa: F401  (the fixture that `machine` needs)
from support.paths import BIN

DEADLINE = 30.0
NAMESPACES = ["unshare", "--mount", "--net", "--pid", "--ipc", "--uts", "--fork", "--kill-child"]
PATH = "/opt/reeve:/usr/sbin:/usr/bin:/sbin:/bin"
# As root of the new namespaces, in the directory that it covers: stops at "stage" until the packages are in place.
BOOT = """
set -e
mount --make-rprivate /
mount -t tmpfs machine . && cd "$PWD"
mkdir upper work root
mount -t overlay machine -o lowerdir=/,upperdir=upper,workdir=work root
cd root
mount -t proc proc proc
for one in dev run tmp; do mount -t tmpfs $one $one; done
chmod 1777 tmp
for one in null zero full random urandom tty; do : >dev/$one; mount --bind /dev/$one dev/$one; done
ln -s /proc/self/fd dev/fd
for one in 0:stdin 1:stdout 2:stderr; do ln -s /proc/self/fd/${one%:*} dev/${one#*:}; done
mkdir -p opt/reeve run/lock run/runit/supervise var/log/runit
mount --bind "$REEVE" opt/reeve
ip link set lo up
echo mounted
read -r unpacked
rm -rf usr/sbin/policy-rc.d etc/service etc/init.d/* var/log/runit/*
mkdir etc/service
exec chroot . /bin/sh -ec "$PREPARE
exec svscan /etc/service" >&2
"""
INSTALLED = """
for one in {services}; do
  [ -d /etc/sv/$one ] || cpsv a $one
  /lib/runit/make_svlinks $one
  [ ! -d /etc/sv/$one/log ] || install -d -o _runit-log -g adm -m 750 /var/log/runit/$one
done
"""


@functools.cache
def trouble():
    """Why there can be no such machine here; None if there can be."""
    if os.geteuid() != 0:
        return "needs root, to mount a system of its own"
    steps = "mount -t tmpfs x /mnt && mkdir /mnt/u /mnt/w /mnt/r && mount -t overlay x -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w /mnt/r && ip link set lo up && test -d /mnt/r/etc && command -v nsenter"
    done = subprocess.run([*NAMESPACES, "sh", "-ec", "mount --make-rprivate /; " + steps], capture_output=True, text=True, timeout=60, check=False)
    return None if done.returncode == 0 else f"this machine allows no overlay in namespaces: {done.stderr.strip()}"


class Machine:
    """A running one. `prepare` is a shell script that is run in it before svscan."""

    def __init__(self, directory, environment, debs, services, accounts=(), prepare=""):
        self.services = services
        self.said = directory / "machine.stderr"
        self.first = None  # the pid of its process 1
        mount_point = directory / "machine"
        mount_point.mkdir()
        setup = "".join(f"getent passwd {name} >/dev/null || echo '{name}:x:{600 + i}:65534::/nonexistent:/bin/sh' >>/etc/passwd\n" for i, name in enumerate(("_runit-log", *accounts)))
        setup += INSTALLED.format(services=shlex.join(services)) + prepare + "\n"
        setup += "".join(f"ln -s /etc/sv/{name} /etc/service/{name}\n" for name in services)
        with open(self.said, "wb") as said:
            self.popen = orphans.own(
                subprocess.Popen(
                    [*NAMESPACES, "sh", "-c", BOOT],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, cwd=mount_point, start_new_session=True,
                    env={**environment, "PATH": PATH, "REEVE": str(BIN), "PREPARE": setup},
                )
            )  # fmt: skip
        assert self.popen.stdout.readline() == b"mounted\n", self.messages()
        self.first = self.child()
        for deb in debs:
            unpack(deb, f"/proc/{self.first}/cwd")
        self.popen.stdin.write(b"unpacked\n")
        self.popen.stdin.close()

    def child(self):
        """The process 1 of the machine."""
        with open(f"/proc/{self.popen.pid}/task/{self.popen.pid}/children", encoding="ascii") as file:
            return int(file.read().split()[0])

    def messages(self):
        return self.said.read_text(encoding="utf-8", errors="replace")

    def run(self, *command, **options):
        """A command in the machine, to its end; its text."""
        return subprocess.run(
            ["nsenter", "-t", str(self.first), "-m", "-n", "-p", "-i", "-u", "-r", "-w", *command],
            capture_output=True, text=True, errors="replace", timeout=DEADLINE, check=False, env={"PATH": PATH, "LC_ALL": "C.UTF-8"}, **options,
        )  # fmt: skip

    def sh(self, text):
        return self.run("/bin/sh", "-c", text)

    def output(self, text):
        return self.sh(text).stdout

    def status(self):
        """{name: what svctl shows of it} of all services and loggers."""
        done = self.run("svctl", "-C", "/etc/service", "status", "--json")
        try:
            return {one["name"]: one for one in json.loads(done.stdout)["services"]}
        except (ValueError, KeyError):
            return {}

    def described(self):
        return f"{self.status()}; svscan said {self.messages()[-2000:]}; logs {self.output('tail -n 5 /var/log/runit/*/current')}"

    def await_phase(self, name, *phases):
        """What svctl shows of the service once it is in one of these phases."""
        found = []

        def look():
            found[:] = [one for one in [self.status().get(name)] if one and one["phase"] in phases]
            return found

        await_until(look, DEADLINE, what=lambda: f"{name} {phases}; {self.described()}")
        return found[0]

    def await_restart(self, name, pid):
        """Until it is up with another main process. (Debian's sv may report the old one in the second it was started in.)"""
        await_until(lambda: (self.status().get(name) or {}).get("pid") not in (None, pid), DEADLINE, what=lambda: f"not {pid} of {name}; {self.described()}")
        self.await_phase(name, "ready")

    def await_output(self, command, text):
        """Until the output of the shell command holds this text."""
        await_until(lambda: text in self.output(command), DEADLINE, what=lambda: f"{text!r} of {command}; {self.described()}")

    def stop(self):
        """The orderly end: TERM to svscan. Its exit code."""
        os.kill(self.first, 15)
        await_until(lambda: self.popen.poll() is not None, DEADLINE, what=lambda: f"its end; {self.messages()[-2000:]}")
        return self.popen.returncode

    def end(self):
        if self.popen.poll() is None:
            os.kill(self.first or self.popen.pid, 9)  # all others go with the first process, and before it
            await_until(lambda: self.popen.poll() is not None, DEADLINE, what="the end of the machine")
        self.popen.stdout.close()
        orphans.disown(self.popen)


@pytest.fixture
def machine(bin_dir, nursery, tmp_path, packages):  # noqa: F811
    """A factory: machine([package, …], [service, …], accounts=(), prepare="")."""
    if trouble():
        pytest.skip(trouble())
    made = []

    def make(names, services, **options):
        made.append(Machine(tmp_path, nursery.environment, [packages[name] for name in ("runit", *names)], services, **options))
        return made[-1]

    yield make
    for one in made:
        one.end()
