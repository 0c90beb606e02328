"""Suites with one process for all services: supervisor (Debian), and dinit if the variable DINIT has its path.

The services of a scan directory are written into their configuration. dinit's clients are looked for beside it.
"""

import os
import pathlib
import signal

from measure.programs import Absent, theirs
from measure.suites import Suite


def services_in(scan_directory):
    return sorted(pathlib.Path(entry) for entry in os.scandir(scan_directory) if entry.is_dir() and not entry.name.startswith("."))


def stop_by_term(scanner, _):
    scanner.send_signal(signal.SIGTERM)


def no_supervisor(_):
    raise Absent("there is one process for all services")


def supervisord_file(scan_directory):
    return os.path.join(scan_directory, ".supervisord.conf")


def configure_supervisord(scan_directory):
    place = pathlib.Path(scan_directory)
    lines = [
        "[supervisord]", "nodaemon=true", "silent=true", f"logfile={place}/.supervisord.log", f"pidfile={place}/.supervisord.pid", f"directory={place}",
        "[unix_http_server]", f"file={place}/.socket",
        "[supervisorctl]", f"serverurl=unix://{place}/.socket",
        "[rpcinterface:supervisor]", "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface",
    ]
    for service in services_in(place):
        autostart = "false" if (service / "down").exists() else "true"
        lines += [
            f"[program:{service.name}]", f"command={service}/run", "autorestart=true", "startsecs=0", f"autostart={autostart}",
            "stdout_logfile=NONE", "stderr_logfile=NONE",
        ]
    pathlib.Path(supervisord_file(place)).write_text("\n".join(lines) + "\n", encoding="utf-8")


def supervisorctl(*words):
    return lambda place: [theirs("supervisorctl"), "-c", supervisord_file(os.path.dirname(place)), *words, os.path.basename(place)]


SUPERVISOR = Suite(
    "supervisor",
    theirs,
    scanner=lambda place: [theirs("supervisord"), "-c", supervisord_file(place)],
    supervisor=no_supervisor,
    up=supervisorctl("start"),
    down=supervisorctl("stop"),
    hangup=supervisorctl("signal", "HUP"),
    leave=no_supervisor,
    status=supervisorctl("status"),
    stop_tree=stop_by_term,
    rescan=lambda place: [theirs("supervisorctl"), "-c", supervisord_file(place), "update"],
    slow_restart=True,  # it looks for the dead once a second
    slow_client=True,
    most=200,  # it starts and stops them once a second, many at a time; what it needs for 1000 says no more
    central=True,
    configure=configure_supervisord,
)


def dinit(name):
    path = pathlib.Path(os.environ["DINIT"]).absolute().parent / name
    if not path.exists():
        raise Absent(f"{path} is not there (DINIT={os.environ['DINIT']})")
    return str(path)


def configure_dinit(scan_directory):
    place = pathlib.Path(scan_directory)
    target = place / ".dinit"
    target.mkdir(exist_ok=True)
    boot = ["type = internal"]
    for service in services_in(place):
        text = f"type = process\ncommand = {service}/run\nrestart = true\nrestart-delay = 0\nrestart-limit-count = 0\n"
        (target / service.name).write_text(text, encoding="utf-8")
        if not (service / "down").exists():
            boot.append(f"waits-for: {service.name}")
    (target / "boot").write_text("\n".join(boot) + "\n", encoding="utf-8")


def dinitctl(*words):
    return lambda place: [dinit("dinitctl"), "-p", f"{os.path.dirname(place)}/.socket", *words, os.path.basename(place)]


DINIT = Suite(
    "dinit",
    dinit,
    scanner=lambda place: [dinit("dinit"), "--user", "-q", "-d", f"{place}/.dinit", "-p", f"{place}/.socket"],
    supervisor=no_supervisor,
    up=dinitctl("start", "--no-wait"),
    down=dinitctl("stop"),
    hangup=dinitctl("signal", "HUP"),
    leave=no_supervisor,
    status=dinitctl("status"),
    stop_tree=stop_by_term,
    central=True,
    configure=configure_dinit,
)
CENTRAL = (SUPERVISOR, DINIT) if os.environ.get("DINIT") else (SUPERVISOR,)
