"""What does not start, or is not let in, says exactly why and what to do; a daemon ends with 78 when only a person can help, and --check-config says it before."""

import json
import os
import re
import shutil
import socket
import subprocess

from officers import Desk
from world import DAEMON, TOOL, Lab, check, run

STORIES = []


def story(smoke=True, world=Lab):
    def keep(function):
        STORIES.append((function.__name__, function, smoke, world))
        return function
    return keep


def config(lab):
    return lab.path("north", "casewired.conf")


def start(lab, code, *words):
    """Ends with that code, and these words stand in what it says last."""
    done = subprocess.run([DAEMON, "--config", config(lab)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
    last = done.stdout.strip().splitlines()[-1]
    check(f"it ends with {code}", done.returncode == code, f"{done.returncode}\n{done.stdout}")
    check("the last line says what and why, and what to do", all(word in last for word in words), done.stdout)


def change(lab, old, new):
    with open(config(lab), encoding="utf-8") as file:
        text = file.read()
    check("the setting is there", old in text, text)
    with open(config(lab), "w", encoding="utf-8") as file:
        file.write(text.replace(old, new, 1))


def starts_again(lab):
    lab.tool("lab", "start", "--dir", lab.dir)
    lab.tool("status")


class Manager:
    """What a service manager hears of a daemon: its last status line."""

    def __init__(self, lab):
        self.path = os.path.join(lab.dir, "manager")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(30)
        self.words, self.status = "", ""

    def hear(self):
        self.words = self.socket.recv(4096).decode()  # as a service manager, which takes nothing else than UTF-8
        for line in self.words.splitlines():
            if line.startswith("STATUS="):
                self.status = line[len("STATUS="):]

    def hear_all(self):
        self.socket.setblocking(False)
        try:
            while True:
                self.hear()
        except BlockingIOError:
            self.socket.settimeout(30)

    def run(self, path):
        return subprocess.Popen([DAEMON, "--config", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                env={**os.environ, "NOTIFY_SOCKET": self.path})


@story()
def the_status_line_says_that_it_stopped_or_why_it_did_not_start(lab):
    lab.halt()
    manager = Manager(lab)
    daemon = manager.run(config(lab))
    while not manager.status:
        manager.hear()
    check("it says how it is", manager.status.startswith("NTH: "), manager.status)
    daemon.terminate()
    while "STOPPING=1" not in manager.words:
        manager.hear()
    check("it says that it stops", manager.status == "NTH: stopping", manager.status)
    check("it ends with 0", daemon.wait(30) == 0)
    manager.hear_all()
    check("the last line says that it stopped", manager.status == "NTH: stopped", manager.status)

    change(lab, "low_water", "low_watre")
    check("wrong settings end with 78", manager.run(config(lab)).wait(30) == 78)
    manager.hear_all()
    check("the line says why", manager.status.startswith("NTH: did not start: ") and "did you mean low_water" in manager.status, manager.status)
    change(lab, "low_watre", "low_water")
    keyring = os.path.join(lab.setting("north", "state_dir"), "keyring")
    os.rename(keyring, keyring + ".away")
    check("a lost keyring ends with 78", manager.run(config(lab)).wait(30) == 78)
    manager.hear_all()
    check("the line says why", manager.status.startswith("NTH: did not start: ") and "keyring is missing" in manager.status, manager.status)
    os.rename(keyring + ".away", keyring)
    long = os.path.join(lab.dir, "\u00e9" * 120 + ".conf")
    check("nor can a file be read that is not there", manager.run(long).wait(30) == 78)
    manager.hear_all()
    check("the line says which", "\u00e9" in manager.status, manager.status)
    starts_again(lab)


@story()
def wrong_settings_are_an_alarm_in_the_journal(lab):
    lab.halt()
    change(lab, "low_water", "low_watre")
    start(lab, 78, " alarm start-failed: ", "casewired.conf:", "did you mean low_water")
    change(lab, 'division = "NTH"', 'division = "nth"')
    start(lab, 78, " alarm start-failed: ", "casewired.conf:", "(and ", " more)")
    change(lab, 'division = "nth"', 'division = "NTH"')
    change(lab, "low_watre", "low_water")
    starts_again(lab)


@story()
def a_port_in_use_is_named(lab):
    lab.halt()
    for setting in ("listen_peers", "listen_clients"):
        address = lab.setting("north", setting)
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", int(address.rsplit(":", 1)[1])))
            other.listen()
            start(lab, 78, "start-failed", setting, address, "Address already in use", "ss --listening", "set another port")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = "tcp://127.0.0.1:%d" % other.getsockname()[1]
        change(lab, 'division = "NTH"', f'division = "NTH"\nlisten_metrics = "{address}"')
        start(lab, 78, "start-failed", "listen_metrics", address, "Address already in use", "set another port")
    change(lab, f'\nlisten_metrics = "{address}"', "")
    starts_again(lab)


@story()
def a_reload_ends_with_what_came_of_it(lab):
    here = ("--socket", os.path.join(lab.setting("north", "run_dir"), "admin.sock"), "--network", lab.path("north", "network"))

    def reload(code, *words, at=here):
        done = run([TOOL, "reload", "--wait", *at], code)
        check("it says what came of it", all(word in done.stdout + done.stderr for word in words), done.stdout + done.stderr)

    reload(0, "reloaded: nothing changed")
    change(lab, "low_water", "low_watre")
    reload(78, "casewired.conf:", "did you mean low_water", "nothing was changed")
    change(lab, "low_watre", "low_water")
    reload(0, "reloaded: nothing changed")
    reload(2, "--socket and --network", at=here[:2])
    reload(3, "the network's genesis cannot be read", at=(*here[:3], here[3] + ".away"))
    lab.halt()
    reload(7, "admin socket does not answer")


@story()
def an_address_of_another_machine_is_named(lab):
    lab.halt()
    address = lab.setting("north", "listen_peers")
    change(lab, address, "tcp://192.0.2.7:4700")
    start(lab, 1, "start-failed", "listen_peers", "tcp://192.0.2.7:4700", "no interface of this machine has it")  # one may come up late
    change(lab, "tcp://192.0.2.7:4700", address)
    starts_again(lab)


@story()
def a_state_folder_that_cannot_be_had_is_named(lab):
    lab.halt()
    state = lab.setting("north", "state_dir")
    change(lab, state, "/nowhere/at/all")
    start(lab, 78, "start-failed", "state_dir: /nowhere/at/all", "make that one, or set another state_dir")
    run([DAEMON, "--config", config(lab), "--check-config"], expect=78)
    change(lab, "/nowhere/at/all", state)
    starts_again(lab)


@story()
def a_socket_where_nothing_can_be_written_is_named(lab):
    """As ProtectSystem= makes of every folder that is not the unit's own."""
    lab.halt()
    place = os.path.join(lab.dir, "shut")
    os.mkdir(place)
    run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", place])
    try:
        for setting in ("admin_socket", "listen_metrics"):
            change(lab, 'division = "NTH"', f'{setting} = "{place}/a.sock"\ndivision = "NTH"')
            done = subprocess.run([DAEMON, "--config", config(lab)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
            check("it ends with 78, and says where", done.returncode == 78 and f"start-failed: {setting}: cannot listen at {place}/a.sock" in done.stdout,
                  f"{done.returncode}\n{done.stdout}")
            change(lab, f'{setting} = "{place}/a.sock"\n', "")
    finally:
        run(["umount", place])
    starts_again(lab)


@story()
def what_check_config_refuses_does_not_start(lab):
    lab.halt()
    state, port = lab.setting("north", "state_dir"), lab.port("north", "listen_clients")

    def refused(line, before, *words):
        change(lab, 'division = "NTH"', f'division = "NTH"\n{line}')
        told = run([DAEMON, "--config", config(lab), "--check-config"], expect=78)
        check("it is found before", before in told.stderr, told.stderr)
        done = subprocess.run([DAEMON, "--config", config(lab)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
        check("it ends with 78", done.returncode == 78, f"{done.returncode}\n{done.stdout}")
        check("it says why", any("start-failed" in said and all(word in said for word in words) for said in done.stdout.splitlines()), done.stdout)
        change(lab, f'\n{line}', "")

    refused(f'listen_metrics = "tcp://127.0.0.1:{port}"', "are the same port", "Address already in use", "set another port")
    refused('listen_metrics = "/nowhere/at/all/m.sock"', "listen_metrics", "listen_metrics", "/nowhere/at/all")
    old = re.search(r'admin_socket = .*\n', open(config(lab), encoding="utf-8").read())
    if old:
        change(lab, old.group(0), "")
    refused('admin_socket = "/nowhere/at/all/a.sock"', "admin_socket", "admin_socket", "/nowhere/at/all")
    os.chmod(state, 0o755)
    refused("# closed", "state_dir", "state_dir", "is open to everybody: chmod o= it")
    os.chmod(state, 0o700)
    if old:
        change(lab, 'division = "NTH"\n', 'division = "NTH"\n' + old.group(0))
    starts_again(lab)


@story()
def another_key_than_the_stores_is_named_before_a_restart(lab):
    lab.halt()
    kept, other = (os.path.join(lab.setting(division, "state_dir"), "keyring") for division in ("north", "east"))
    os.rename(kept, kept + ".right")
    shutil.copy2(other, kept)
    words = ("keyring", "another key", "put that key back", "A new key")
    done = run([DAEMON, "--config", config(lab), "--check-config"], expect=78)
    check("it is said before a restart says it", all(word in done.stderr for word in ("key: ", *words)), done.stderr)
    said = run([TOOL, "--json", "doctor", "--config", config(lab), "--socket", lab.setting("north", "run_dir") + "/admin.sock", "--network",
                lab.path("north", "network")], expect=1).stdout
    check("and by the doctor", any(c["check"] == "settings" and c["state"] == "fail" and "A new key" in c["text"]
                                   for c in json.loads(said)["checks"]), said)
    start(lab, 78, "start-failed", *words)
    os.replace(kept + ".right", kept)
    run([DAEMON, "--config", config(lab), "--check-config"])
    starts_again(lab)


@story(smoke=False)
def a_new_passphrase_that_nobody_can_type_is_asked_for_in_a_file(lab):
    folder = os.path.join(lab.dir, "elsewhere")
    where = [word for name in ("dir", "settings-dir", "state-dir", "run-dir") for word in (f"--{name}", os.path.join(folder, name))]
    done = run([TOOL, "init", "marl", "--force", "ZZ", "--network-name", "Marlshire", "--address", "tcp://127.0.0.1:4700", *where], None, stdin=subprocess.DEVNULL)
    check("what is missing is named", done.returncode != 0 and "--new-passphrase-file" in done.stderr and "casewire login" not in done.stderr, done.stderr)
    done = run([TOOL, "authority", "init", "--force", "ZZ", "--network-name", "Marlshire", "--dir", folder], None, stdin=subprocess.DEVNULL)
    check("by the name that it has there", done.returncode != 0 and "--passphrase-file" in done.stderr and "casewire login" not in done.stderr, done.stderr)


# --- an officer's program that is not let in -------------------------------------------------------------------


@story(world=Desk)
def why_an_officer_is_not_let_in_is_said_exactly(desk):
    authority, home = os.path.join(desk.dir, "authority"), os.path.join(desk.runtime, "stranger")

    def refused(*words, expect=7):
        done = run([TOOL, "--home", home, "status", "--timeout", "3"], expect=expect)
        check("the reason is named", all(word in done.stderr for word in words), done.stderr)

    said = run([TOOL, "authority", "issue", "--dir", authority, "--socket", desk.socket(), "--out", home, "--insecure-lab", "--kind", "person",
                "--division", "NTH", "--name", "Officer U", "--role", "PC", "--address", f"tcp://127.0.0.1:{desk.port('north', 'listen_clients')}",
                "--daemon-cert", desk.path("north", "cert")]).stdout
    check("what is next names the socket that was asked", f"publish --dir {authority} --socket {desk.socket()}" in said, said)
    refused("right key", "has not heard of it yet", "authority publish", "another network")
    run([TOOL, "authority", "publish", "--dir", authority, "--socket", desk.socket()])
    run([TOOL, "--home", home, "status"])

    with open(os.path.join(home, "context"), encoding="utf-8") as file:
        right = file.read()
    with open(os.path.join(home, "context"), "w", encoding="utf-8") as file:
        file.write(right.replace(f":{desk.port('north', 'listen_clients')}", f":{desk.port('east', 'listen_clients')}"))
    refused("wrong key", "daemon-key")
    with open(os.path.join(home, "context"), "w", encoding="utf-8") as file:
        file.write(right)

    run([TOOL, "authority", "revoke", home, "--dir", authority, "--socket", desk.socket()])
    run([TOOL, "authority", "publish", "--dir", authority, "--socket", desk.socket()])
    refused("refuses this certificate", "revoked", "clock", expect=4)

    desk.halt()
    refused("nothing listens there", "systemctl status 'casewired@*'")
    said = desk.tool("status", expect=7).stderr
    check("in a lab the lab is looked at", "casewire lab status" in said and "systemctl" not in said, said)
