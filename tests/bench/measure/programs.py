"""Where the programs are: ours, the peers' and those of the measurements. Builds and installs what is missing."""

import os
import pathlib
import shutil
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parents[3]
BUILD = SOURCE / "build"
if "REEVE_BIN" in os.environ:
    BUILD = pathlib.Path(os.environ["REEVE_BIN"]).resolve().parent
OURS = BUILD / "bin"
OWN_PROGRAMS = BUILD / "tests" / "bench"
# Where the trees are: in memory, as a machine's state directory (/run) is, so that no disk is in the figures.
PLACE = os.environ.get("TMPDIR") or next((place for place in ("/dev/shm", "/tmp") if os.access(place, os.W_OK | os.X_OK)), "/tmp")
NEEDED = ("svscan", "supervise", "svtools", "chainload_program", "logtools", "depengine", "bench_programs")
PEERS = {"daemontools": "/usr/bin/svscan", "runit": "/usr/bin/runsvdir", "s6": "/usr/bin/s6-svscan", "supervisor": "/usr/bin/supervisord"}
ALSO = {"strace": "strace", "ucspi-tcp": "tcpserver", "ipsvd": "tcpsvd"}  # systemd's helper programs are there or not


class Absent(Exception):
    """Something that a topic needs is not on this machine, or not permitted here; the text says what."""


def ours(name):
    path = OURS / name
    if not path.exists():
        raise Absent(f"{path} is not built")
    return str(path)


def theirs(name):
    path = f"/usr/bin/{name}"
    if not os.path.exists(path):
        raise Absent(f"{path} is not installed")
    return path


def own(name):
    """One of the small static programs of tests/bench."""
    return str(OWN_PROGRAMS / name)


def quietly(*command):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{done.stdout[-4000:]}\n{' '.join(map(str, command))} failed")


def prepare():
    install_peers()
    if "REEVE_BIN" not in os.environ:
        launcher = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
        quietly("cmake", "-G", "Ninja", "-S", SOURCE, "-B", BUILD, *launcher)
        quietly("ninja", "-C", BUILD, *NEEDED)
    elif not (OWN_PROGRAMS / "spawner").exists():
        quietly("ninja", "-C", BUILD, "bench_programs")


def install_peers():
    missing = [package for package, program in PEERS.items() if not os.path.exists(program)]
    missing += [package for package, program in ALSO.items() if not shutil.which(program)]
    if not missing:
        return
    if os.geteuid() != 0:
        print(f"not installed: {' '.join(missing)} (as root, this command installs them)")
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    policy = pathlib.Path("/usr/sbin/policy-rc.d")  # the packages' own daemons must not be started on this machine
    written = not policy.exists()
    if written:
        policy.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
        policy.chmod(0o755)
    try:
        for command in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", *missing]):
            subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
    finally:
        if written:
            policy.unlink()
