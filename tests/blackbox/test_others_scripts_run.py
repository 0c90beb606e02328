"""Daemons as Debian's packages have them supervised, unmodified, under our svscan; Debian's sv is the client.

Each test has a machine of its own (support/debian_machine.py) with what it needs, installed as the packages do it.
"""

import re

import pytest
from support.awaiting import await_until
from support.debian_machine import DEADLINE, machine, packages  # noqa: F401  (fixtures)
from support.paths import foreign_program

LOG = "cat /var/log/runit/{}/current"
# A query for an address, as text: id 4711, then the answer's last four bytes.
ASK = """
import socket, struct, sys
server, name, kind = sys.argv[1:4]
query = struct.pack(">6H", 4711, 256, 1, 0, 0, 0) + b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + struct.pack(">BHH", 0, 1, 1)
with socket.socket(type=socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM) as client:
    client.settimeout(5)
    client.connect((server, 53))
    client.send(struct.pack(">H", len(query)) + query if kind == "tcp" else query)
    answer = client.recv(2048)
    if kind == "tcp":
        answer = answer[2:] or client.recv(2048)
    if "address" in sys.argv:
        start = answer.index(bytes([0, 1, 0, 1]), 12 + len(query) - 12)  # of the answer, behind the question
        answer = answer[:start + 14]
    print(socket.inet_ntoa(answer[-4:]))
"""


@pytest.fixture
def debian(machine):  # noqa: F811
    return machine


def sv(machine, *words):  # noqa: F811
    """What Debian's sv says, and that it succeeded."""
    done = machine.run("/usr/bin/sv", *words)
    assert done.returncode == 0, (words, done, machine.described())
    return done.stdout


def ask(machine, server, name, *words):  # noqa: F811
    return machine.run("/usr/bin/python3", "-I", "-c", ASK, server, name, *(words or ["udp"])).stdout.strip()


WEB_SITE = "mkdir -p /var/www/html; echo hello >/var/www/html/index.html\n"
WITH_MULTILOG = """
printf '#!/bin/sh\nexec chpst -u _runit-log multilog t /var/log/runit/mini-httpd\n' >/etc/sv/mini-httpd/log/run
chown _runit-log /var/log/runit/mini-httpd
"""


@pytest.mark.parametrize("prepare, stamp", [(WEB_SITE, "20"), (WEB_SITE + WITH_MULTILOG, "@4")], ids=["svlogd", "multilog"])
def test_a_web_server(debian, prepare, stamp):
    """mini-httpd-run: a daemon that drops its rights, and a logger; their supervise/ are symlinks to what is not there yet."""
    one = debian(["mini-httpd", "mini-httpd-run"], ["mini-httpd"], prepare=prepare)
    one.await_output("curl -s http://localhost/", "hello")
    one.await_output(LOG.format("mini-httpd"), "mini_httpd: logfile is not within the chroot tree")
    assert one.output(LOG.format("mini-httpd")).startswith(stamp)
    before = one.await_phase("mini-httpd", "ready")
    assert sv(one, "status", "mini-httpd").startswith(f"run: mini-httpd: (pid {before['pid']}) ")
    assert "run: log: (pid " in sv(one, "status", "mini-httpd")
    assert sv(one, "restart", "mini-httpd").startswith("ok: run: mini-httpd: (pid ")
    one.await_restart("mini-httpd", before["pid"])
    assert sv(one, "stop", "mini-httpd").startswith("ok: down: mini-httpd: ")
    assert one.run("curl", "-s", "http://localhost/").returncode == 7  # nobody listens
    assert sv(one, "check", "mini-httpd").startswith("ok: down: mini-httpd: ")
    assert sv(one, "start", "mini-httpd").startswith("ok: run: mini-httpd: ")
    one.await_output("curl -s http://localhost/", "hello")
    one.stop()


NAMES = """
for one in tinydns axfrdns walldns dnscache; do ln -s conf /etc/sv/$one/env; done # their run want it so
echo 127.0.0.2 >/etc/sv/walldns/conf/IP
echo 127.0.0.3 >/etc/sv/dnscache/conf/IP
mkdir -p /etc/sv/walldns/root /etc/sv/dnscache/root/ip
touch /etc/sv/dnscache/root/ip/127
cd /etc/sv/tinydns/root
printf '.example:127.0.0.1:a\\n=www.example:10.1.2.3\\n' >data
tinydns-data
cd /etc/sv/axfrdns
echo '127.:allow,AXFR=""' >tcp
tcprules tcp.cdb tcp.tmp <tcp
"""


def test_name_servers(debian):
    """djbdns: chpst -U, -o and -d, envdir by invoke-run, a seed on descriptor 0, and tcpserver."""
    daemons = ["tinydns", "axfrdns", "walldns", "dnscache"]
    one = debian([*daemons, "ucspi-tcp"], daemons, accounts=daemons, prepare=NAMES)
    for name in daemons:
        one.await_phase(name, "ready")

    def answers(*words):
        await_until(lambda: ask(one, *words) == "10.1.2.3", DEADLINE, what=lambda: f"{words}: {ask(one, *words)}; {one.described()}")

    answers("127.0.0.1", "www.example", "udp", "address")
    answers("127.0.0.1", "www.example", "tcp", "address")
    await_until(lambda: ask(one, "127.0.0.2", "4.3.2.1.in-addr.arpa") != "", DEADLINE, what=one.described)
    await_until(lambda: ask(one, "127.0.0.3", "localhost") == "127.0.0.1", DEADLINE, what=one.described)
    cache = one.await_phase("dnscache", "ready")["pid"]
    limits = dict(re.findall(r"^(Max [a-z ]+?)  +(\w+)", one.output(f"cat /proc/{cache}/limits"), re.MULTILINE))  # the soft ones
    assert (limits["Max open files"], limits["Max data size"]) == ("250", "4000000")
    one.await_output(LOG.format("dnscache"), "starting")
    sv(one, "-w20", "force-stop", *daemons)
    assert "run: tinydns" not in sv(one, "status", *daemons)


def test_system_log_and_cron(debian):
    """cron waits for default-syslog, whose check waits for socklog-unix, whose check asks the daemon; 21 logs in one logger."""
    services = ["socklog-unix", "default-syslog", "cron"]
    one = debian(
        ["socklog", "socklog-run", "runit-services", "cron"],
        services,
        accounts=["_socklog-unix"],
        prepare="rm -rf /etc/cron.d /etc/cron.*ly /etc/crontab; mkdir -p /etc/cron.d /var/spool/cron/crontabs\n"
        "echo '@reboot root echo it is up >/tmp/done; logger -p cron.info from a job' >/etc/cron.d/job; : >/etc/crontab",
    )
    for name in services:
        one.await_phase(name, "ready")
    sv(one, "check", *services)
    one.await_output("cat /tmp/done", "it is up")
    one.await_output(LOG.format("socklog/main"), "from a job")
    one.await_output(LOG.format("socklog/cron"), "cron.info")
    one.run("logger", "-p", "local3.warn", "a line of ours")
    one.await_output(LOG.format("socklog/local3"), "a line of ours")
    assert "a line of ours" not in one.output(LOG.format("socklog/local4"))
    sv(one, "-w20", "stop", *services)  # finish is /lib/runit/finish-exec


def test_a_shell_server_and_the_arguments_of_finish(debian):
    """openssh-server's finish stops the service for good when $1 is 161 or 162."""
    foreign_program("ssh-keygen", "openssh-client")
    one = debian(["openssh-server"], ["ssh"], accounts=["sshd"], prepare="rm -f /etc/ssh/ssh_host_*; echo >>/etc/default/ssh\ntouch /etc/ssh/sshd_not_to_be_run")
    one.await_output(LOG.format("ssh"), "ERROR 161 in ssh: disabled by local settings")
    assert one.await_phase("ssh", "down")["starts"] == 1

    one.sh("rm /etc/ssh/sshd_not_to_be_run; mkdir -p /var/empty; : >/etc/ssh/sshd_config")
    sv(one, "up", "ssh")
    one.await_output(LOG.format("ssh"), "ERROR 162 in ssh: configtest or early setup failed")
    assert one.await_phase("ssh", "down")["starts"] == 2

    one.sh("ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key")
    sv(one, "up", "ssh")
    one.await_output("ssh-keyscan -t ed25519 localhost 2>&1", "ssh-ed25519 ")
    running = one.await_phase("ssh", "ready")
    one.sh(f"kill -KILL {running['pid']}")
    one.await_output(LOG.format("ssh"), "ERROR in ssh: unexpected error or wrong sh syntax")  # $1 is -1
    one.await_output("ssh-keyscan -t ed25519 localhost 2>&1", "ssh-ed25519 ")
    one.await_restart("ssh", running["pid"])


def test_a_message_bus(debian):
    """runit-services' dbus: ready when its check says so; svlogd by a symlink to the common log script."""
    one = debian(["runit-services", "dbus-daemon", "dbus-bin", "dbus-system-bus-common"], ["dbus"], accounts=["messagebus"], prepare="rm -f /etc/dbus-1/system.d/*")
    one.await_phase("dbus", "ready")
    # check looks for the socket's file, which is there a moment before anyone listens
    one.await_output("dbus-send --system --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.GetId 2>&1", "method return")
    assert sv(one, "check", "dbus").startswith("ok: run: dbus: ")
    assert one.output("readlink -f /etc/sv/dbus/log/run").strip() == "/etc/sv/svlogd/run"
    assert one.output("stat -c %U:%G /var/log/runit/dbus/current").startswith("_runit-log:")
    sv(one, "-w20", "restart", "dbus")


def test_git_over_a_network(debian):
    """git-daemon-run: chpst -u without a blank, a log directory made by log/run."""
    foreign_program("git", "git")
    one = debian(
        ["git-daemon-run"],
        ["git-daemon"],
        accounts=["gitdaemon", "gitlog"],
        prepare="mkdir -p /var/lib/git; git init -q --bare /var/lib/git/one; touch /var/lib/git/one/git-daemon-export-ok; chown -R gitdaemon /var/lib/git/one",
    )
    one.await_output("git ls-remote git://localhost/git/one && echo reached", "reached")
    one.await_output("cat /var/log/git-daemon/current", "git-daemon starting.")
    one.await_output("cat /var/log/git-daemon/current", "Connection from 127.0.0.1")
    assert one.output(f"stat -c %U /proc/{one.await_phase('git-daemon', 'ready')['pid']}").strip() == "gitdaemon"


def test_a_name_cache_that_needs_a_resolver_program(debian):
    """dnsmasq: run by invoke-run, its options from the environment; stopped by its own script where it is not installed."""
    foreign_program("dnsmasq", "dnsmasq-base")
    one = debian(["dnsmasq"], ["dnsmasq"], accounts=["dnsmasq"], prepare="touch /usr/share/dnsmasq/installed-marker; echo 'DNSMASQ_OPTS=\"--no-resolv --no-hosts --address=/in.test/10.1.2.3\"' >/etc/default/dnsmasq")
    await_until(lambda: ask(one, "127.0.0.1", "www.in.test") == "10.1.2.3", DEADLINE, what=one.described)
    one.await_output(LOG.format("dnsmasq"), "dnsmasq[")
    sv(one, "-w20", "restart", "dnsmasq")
    one.sh("rm /usr/share/dnsmasq/installed-marker")
    sv(one, "term", "dnsmasq")
    one.await_phase("dnsmasq", "down")


def test_three_that_wait_for_each_other(debian):
    """bcron: its run asks sv for another service; unixserver on a socket; chpst -Ucron."""
    one = debian(
        ["bcron", "libbg2", "ucspi-unix"],
        ["bcron-sched", "bcron-spool", "bcron-update"],
        accounts=["cron"],
        prepare="mkdir -p /var/spool/cron/crontabs /var/spool/cron/tmp /etc/cron.d; : >/etc/crontab; chown -R cron /var/spool/cron",
    )
    for name in one.services:
        one.await_phase(name, "ready")
    await_until(lambda: one.sh("test -S /run/bcron-spool").returncode == 0, DEADLINE, what=one.described)
    one.await_output(LOG.format("bcron-sched"), "bcron-sched: Starting")
    sv(one, "-w20", "restart", *one.services)


def test_those_that_decline(debian):
    """Services that stop themselves with sv from their own run, or take their own name out of the tree."""
    one = debian(
        ["irqbalance", "opendnssec-enforcer", "opendnssec-signer", "getty-run"],
        ["irqbalance", "opendnssec-enforcer", "opendnssec-signer", "getty-hvc0"],
        # nproc heeds this variable; and irqbalance itself must not run, which would change the whole machine
        prepare="export OMP_NUM_THREADS=1; rm -f /usr/sbin/irqbalance; mkdir -p /etc/opendnssec; touch /etc/opendnssec/prevent-startup; getent group opendnssec || echo opendnssec:x:699: >>/etc/group",
        accounts=["opendnssec"],
    )
    for name in ("irqbalance", "opendnssec-enforcer", "opendnssec-signer"):
        # They ask for `down` and exit: if supervise sees both at once it starts them again before it takes the letter.
        assert one.await_phase(name, "down")["starts"] in (1, 2)
    assert "only one CPU" in one.messages()
    one.await_output(LOG.format("opendnssec-signer"), "Not starting OpenDNSSEC Signer")
    await_until(lambda: "getty-hvc0" not in one.status(), DEADLINE, what=one.described)
    assert "supervise getty-hvc0" not in one.output("ps ax")


def test_a_control_script(debian):
    """apache2: its control/t stops it by its own command, and no TERM is sent; so for a stop, too."""
    modules = "mpm_event authz_core authz_host dir alias"
    prepare = f"for one in {modules}; do ln -s ../mods-available/$one.load /etc/apache2/mods-enabled/; done\n"
    prepare += "rm -f /etc/apache2/conf-enabled/* /etc/apache2/sites-enabled/*; mkdir -p /var/log/apache2 /var/www/html; echo hello >/var/www/html/index.html\n"
    prepare += "printf 'ServerName localhost\\nDocumentRoot /var/www/html\\n' >>/etc/apache2/apache2.conf\n"
    prepare = "mkdir -p /etc/apache2/mods-enabled; sed -i '2i echo \"$0 $*\" >>/tmp/called' /usr/sbin/apache2ctl\n" + prepare
    one = debian(["runit-services", "apache2", "apache2-bin", "libapr1", "libaprutil1"], ["apache2"], accounts=["www-data"], prepare=prepare)
    one.await_output("curl -s http://localhost/", "hello")
    sv(one, "-w20", "stop", "apache2")
    one.await_output("cat /var/log/apache2/error.log", "caught SIGTERM, shutting down")
    assert "/usr/sbin/apache2ctl stop" in one.output("cat /tmp/called")
    sv(one, "up", "apache2")
    one.await_output("curl -s http://localhost/", "hello")
    before = one.await_phase("apache2", "ready")["pid"]
    sv(one, "restart", "apache2")
    one.await_restart("apache2", before)
    one.await_output("curl -s http://localhost/", "hello")
