"""A daemon that is down, and what the doctor says that its next start would meet; nothing of it is changed by looking."""

import json
import os
import re
import shutil
import socket
import subprocess

from starts import config
from world import DAEMON, TOOL, Lab, check, run

STORIES = []


def story(smoke=True, world=Lab):
    def keep(function):
        STORIES.append((function.__name__, function, smoke, world))
        return function
    return keep


def findings(lab, expect=1):
    """The doctor's, but for the daemon that does not answer, this machine's clock and settings that are right."""
    said = run([TOOL, "--json", "doctor", "--config", config(lab), "--socket", lab.setting("north", "run_dir") + "/admin.sock", "--network",
                lab.path("north", "network")], expect).stdout
    return {(c["check"], c["state"]): c for c in json.loads(said)["checks"]}


def found(lab, check_name, *words):
    one = findings(lab).get((check_name, "fail"))
    check(f"the doctor finds {check_name}", one is not None, str(findings(lab)))
    check("and says what and why", all(word in one["text"] for word in words), one["text"])
    check("and what to do", one["fix"] != "", str(one))


def files(folder):
    return sorted((path, os.stat(os.path.join(path, name)).st_uid, name, os.stat(os.path.join(path, name)).st_size)
                  for path, _, names in os.walk(folder) for name in names)


@story()
def the_doctor_tries_what_the_start_of_a_daemon_that_is_down_would_meet(lab):
    lab.halt()
    state = lab.setting("north", "state_dir")
    before = files(state)
    calm = findings(lab)
    check("nothing is in the way", all(calm.get((name, "ok")) for name in ("settings", "doors", "store", "disk")), str(calm))
    check("and looking changed nothing", files(state) == before, str(files(state)))

    for setting in ("listen_peers", "listen_clients"):
        address = lab.setting("north", setting)
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", int(address.rsplit(":", 1)[1])))
            other.listen()
            run([DAEMON, "--config", config(lab), "--check-config"])  # fit to be run beside a daemon, so it opens no port
            found(lab, "doors", setting, address, "Address already in use", "set another port")
            done = run([DAEMON, "--config", config(lab), "--check-start"], expect=78)
            check("the daemon's own program says it", f"casewired: doors: {setting}: cannot listen at {address}" in done.stderr, done.stderr)

    with open(config(lab), encoding="utf-8") as file:
        text = file.read()
    with open(config(lab), "w", encoding="utf-8") as file:
        file.write(re.sub(r'(?m)^listen_clients = .*$', 'listen_clients = "tcp://no.such.host.example:99"', text))
    found(lab, "doors", "listen_clients", "no.such.host.example", "neither an interface nor an address")
    with open(config(lab), "w", encoding="utf-8") as file:
        file.write(re.sub(r'(?m)^low_water = .*$', 'low_water = "1 TiB"', text))
    found(lab, "disk", "nearly full")
    with open(config(lab), "w", encoding="utf-8") as file:
        file.write(text)

    shutil.copy(os.path.join(state, "store", "data.mdb"), os.path.join(lab.dir, "kept"))
    os.truncate(os.path.join(state, "store", "data.mdb"), 8192)
    found(lab, "store", "cut short")
    shutil.copy(os.path.join(lab.dir, "kept"), os.path.join(state, "store", "data.mdb"))
    check("mended, nothing is in the way", ("store", "ok") in findings(lab))

    with open(config(lab), "w", encoding="utf-8") as file, socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        file.write('listen_metrics = "tcp://127.0.0.1:%d"\n' % other.getsockname()[1] + text)
        file.flush()
        found(lab, "doors", "listen_metrics", "Address already in use")
    with open(config(lab), "w", encoding="utf-8") as file:
        file.write(text)
    lock = subprocess.Popen(["flock", os.path.join(state, "lock"), "sleep", "60"])
    try:
        while subprocess.run(["flock", "--nonblock", os.path.join(state, "lock"), "true"], check=False).returncode == 0:
            pass
        found(lab, "lock", "already runs here")
    finally:
        lock.terminate()
        lock.wait()


@story()
def the_disk_of_a_daemon_that_nobody_may_watch_is_looked_at(lab):
    lab.halt()
    with open(config(lab), encoding="utf-8") as file:
        text = file.read()
    with open(config(lab), "w", encoding="utf-8") as file:
        file.write('listen_metrics = "off"\n' + text)
    lab.tool("lab", "start", "--dir", lab.dir)
    seen = findings(lab, expect=None)
    check("the daemon answers", ("daemon", "ok") in seen, str(seen))
    check("its disk and where its store is are looked at", ("disk", "ok") in seen and ("store", "ok") in seen, str(seen))
    check("that it has its lock is no fault", ("lock", "fail") not in seen, str(seen))
    check("what could not be looked at is said", "limits were not looked at" in seen[("metrics", "warn")]["text"], str(seen))


@story()
def a_store_of_a_newer_version_is_told_by_the_daemon_and_the_doctor(lab):
    lab.halt()
    path = os.path.join(lab.setting("north", "state_dir"), "store", "data.mdb")
    with open(path, "rb") as file:
        pages = file.read()
    row = b"format" + (3).to_bytes(4, "big")
    check("the store says its format", row in pages)
    with open(path, "wb") as file:
        file.write(pages.replace(row, b"format" + (999).to_bytes(4, "big")))
    done = run([DAEMON, "--config", config(lab)], expect=78)
    last = done.stderr.strip().splitlines()[-1]
    words = ("store format 999", "install the version that wrote it")
    check("the daemon ends with 78, and says what to do", all(word in last for word in ("start-failed", *words)), done.stderr)
    found(lab, "store", *words)
