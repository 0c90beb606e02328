"""Packages of Debian that are unpacked, never installed: service directories and daemons as others have written them.

They are fetched with apt-get, once for a test run. $REEVE_DEBIAN_PACKAGES names a directory to take them from instead.
"""

import fcntl
import os
import pathlib
import shutil
import subprocess

import pytest

# With service directories: runit's own, those of daemons' packages, and runit-services, which has some for many others.
WITH_SERVICES = [
    "runit", "runit-services", "runit-helper", "getty-run", "socklog-run", "git-daemon-run", "mini-httpd-run", "mongrel2-run", "bcron", "axfrdns", "dnscache",
    "rbldns", "tinydns", "walldns", "acpid", "irqbalance", "opendnssec-enforcer", "opendnssec-signer", "openssh-server", "dnsmasq",
]  # fmt: skip
# What some of them run, as far as it is in a package of its own.
DAEMONS = ["socklog", "mini-httpd", "libbg2", "ucspi-unix", "ucspi-tcp", "ipsvd", "cron", "dbus-daemon", "dbus-bin", "dbus-system-bus-common", "apache2", "apache2-bin", "libapr1", "libaprutil1"]  # fmt: skip


def apt_get(directory, *words):
    try:
        done = subprocess.run(["apt-get", "-q", *words], cwd=directory, capture_output=True, text=True, timeout=180, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None if done.returncode == 0 else (done.stderr.strip().splitlines() or ["it failed"])[-1]


def fetch(directory):
    """All packages in this directory, or a file `trouble` that says why they are not there."""
    wanted = [*WITH_SERVICES, *DAEMONS]
    trouble = apt_get(directory, "download", *wanted)
    if trouble and os.geteuid() == 0:  # perhaps this machine has no lists of packages, or old ones
        (directory / "lists" / "partial").mkdir(parents=True)
        lists = ("-o", f"Dir::State::lists={directory}/lists", "-o", f"Dir::Cache::pkgcache={directory}/p", "-o", f"Dir::Cache::srcpkgcache={directory}/s")
        trouble = apt_get(directory, *lists, "update") or apt_get(directory, *lists, "download", *wanted)
        shutil.rmtree(directory / "lists")
    if trouble:
        (directory / "trouble").write_text(trouble, encoding="utf-8")


@pytest.fixture(scope="session")
def packages(tmp_path_factory):
    """{name: path of the .deb}; skips the test, saying why, where they cannot be had."""
    given = os.environ.get("REEVE_DEBIAN_PACKAGES")
    if given:
        directory = pathlib.Path(given)
    else:
        if not shutil.which("apt-get"):
            pytest.skip("there is no apt-get to fetch Debian's packages with")
        base = tmp_path_factory.getbasetemp()
        directory = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "debian-packages"
        directory.mkdir(exist_ok=True)
        with open(directory / "lock", "w", encoding="ascii") as lock:  # the first of the workers fetches them for all
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (directory / "done").exists():
                fetch(directory)
                (directory / "done").touch()
    if (directory / "trouble").exists():
        pytest.skip("Debian's packages cannot be fetched: " + (directory / "trouble").read_text(encoding="utf-8"))
    return {path.name.split("_")[0]: path for path in directory.glob("*.deb")}


def unpack(package, root):
    """Into `root`, where directories may be symlinks, as /lib is."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE) as archive:
        subprocess.run(["tar", "-x", "--keep-directory-symlink", "-C", str(root)], stdin=archive.stdout, check=True)
