"""Two hosts that never heard of each other become divisions of one network, by the commands and files of docs/operations.md alone."""

import json
import os
import pty
import re
import shutil
import subprocess
import time

from world import DAEMON, TOOL, check, forget_namespaces, namespaces, run

STORIES = []
HOSTS = {"north": "10.77.0.1", "east": "10.77.0.2"}


class Strangers:
    """Each host has its own folders; what comes from one to the other is a file that a story names."""

    def __init__(self, folder):
        self.dir = folder
        self.daemons = {}

    def start(self):
        namespaces(HOSTS)
        for host in HOSTS:
            os.makedirs(self.at(host))
        return self

    def stop(self):
        for daemon in self.daemons.values():
            daemon.terminate()
            daemon.wait(30)
        forget_namespaces(HOSTS)
        for host in HOSTS:
            shutil.rmtree(f"/run/{host}", ignore_errors=True)  # the anchors

    def at(self, host, *names):
        return os.path.join(self.dir, host, *names)

    def log(self, division):
        with open(self.at(division, "casewired.log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def places(self, host):
        return ["--settings-dir", self.at(host, "etc"), "--state-dir", self.at(host, "state"), "--run-dir", f"/run/{host}"]

    def tool(self, host, *words, expect=0):
        """As somebody at that host, in its own folder."""
        return run(["ip", "netns", "exec", host, TOOL, *words], expect, cwd=self.at(host), stdin=subprocess.DEVNULL)

    def launch(self, host):
        config = self.at(host, "etc", host, "casewire.conf")
        with open(config, "a", encoding="utf-8") as file:  # a small machine, which keeps no memory locked
            file.write('map_size = "1 GiB"\nreserve = "1 MiB"\nlow_water = "16 MiB"\nstrict_memory = no\n')
        self.run_daemon(host, config)

    def restart(self, host):
        self.daemons[host].terminate()
        check("it stops", self.daemons[host].wait(30) == 0, self.log(host))
        self.run_daemon(host, self.at(host, "etc", host, "casewire.conf"))

    def run_daemon(self, host, config):
        self.start_daemon(host, ["ip", "netns", "exec", host, DAEMON, "--config", config], self.socket(host))

    def start_daemon(self, host, words, socket):
        with open(self.at(host, "casewired.log"), "a", encoding="utf-8") as log:
            self.daemons[host] = subprocess.Popen(words, cwd=self.at(host), stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while not os.path.exists(socket):
            check(f"{host} starts", self.daemons[host].poll() is None and time.monotonic() < end, self.log(host))
            time.sleep(0.02)

    def carry(self, name, source, target):
        with open(self.at(source, name), "rb") as file, open(self.at(target, os.path.basename(name)), "wb") as copy:
            copy.write(file.read())

    def begin(self):
        self.tool("north", "init", "north", "--force", "ZZ", "--network-name", "Marlshire", "--address", f"tcp://{HOSTS['north']}:4700",
                  "--dir", self.at("north", "authority"), "--insecure-lab", *self.places("north"))
        self.launch("north")
        self.tool("north", "authority", "publish", "--dir", self.at("north", "authority"), "--socket", self.socket("north"))
        self.carry("authority/invitation", "north", "east")

    def request(self):
        said = self.tool("east", "enrol", "request", "east", "invitation", "--address", f"tcp://{HOSTS['east']}:4700", *self.places("east")).stdout
        self.carry("east.request", "east", "north")
        return re.search(r"(?m)^  words  (.*)$", said).group(1)

    def socket(self, host):
        return f"/run/{host}/{host}/admin.sock"

    def issue(self, *words, expect=0):
        return self.tool("north", "authority", "issue", *words, "--dir", self.at("north", "authority"), "--socket", self.socket("north"),
                         "--insecure-lab", expect=expect)

    def certificates(self):
        said = self.tool("north", "--json", "authority", "list", "--dir", self.at("north", "authority")).stdout
        return [(c["kind"], c["division"]) for c in json.loads(said)["certificates"]]

    def pair(self):
        words = self.words = self.request()
        self.issue("east.request", "--fingerprint", words)
        self.carry("east.bundle", "north", "east")
        self.tool("north", "peer", "add", "north", "east.bundle", *self.places("north"))
        self.tool("north", "reload", "--socket", self.socket("north"), "--network", self.at("north", "etc/north/network"))
        self.tool("east", "join", "east.bundle", *self.places("east"))
        self.launch("east")
        self.tool("east", "authority", "publish", "--bundle", "east.bundle", "--socket", self.socket("east"))

    def officer(self, host, code):
        cert = self.at(host, "etc", host, "cert")
        self.issue("--kind", "person", "--division", code, "--name", f"Officer of {code}", "--role", "PC,MCET", "--out", self.at(host, "officer"),
                   "--address", f"tcp://{HOSTS[host]}:4701", "--daemon-cert", cert)
        self.tool("north", "authority", "publish", "--dir", self.at("north", "authority"), "--socket", self.socket("north"))


def story(smoke=True):
    def keep(function):
        STORIES.append((function.__name__, function, smoke, Strangers))
        return function
    return keep


def refused(done, *words):
    """Four parts, and these words among them."""
    check("a refusal has four parts", all(part in done.stderr for part in ("casewire: ", "  where: ", "  why: ", "  next: ")), done.stderr)
    check("and says what it is about", all(word in done.stderr for word in words), done.stderr)


@story()
def two_strangers_are_paired_by_files_and_words(hosts):
    before = time.monotonic()
    hosts.begin()
    hosts.pair()
    hosts.officer("north", "NTH")
    hosts.officer("east", "EST")
    hosts.tool("north", "--home", "officer", "wait-sync", "--peers", "1", "--timeout", "30")
    hosts.tool("north", "--home", "officer", "case", "open", "missing_child", "title=Child M", "missing_risk=high", "--held-by", "2")
    rows = json.loads(hosts.tool("east", "--home", "officer", "--json", "case", "list").stdout)["rows"]
    check("what one writes, the other reads", [row["title"] for row in rows] == ["Child M"], str(rows))
    check("all of it in far less than two minutes", time.monotonic() - before < 60, f"{time.monotonic() - before:.1f} s")
    again = hosts.tool("north", "peer", "add", "north", "east.bundle", *hosts.places("north")).stdout
    check("the same peer is not added twice", "stood already" in again, again)
    check("the secret keys are where they were made", sorted(os.listdir(hosts.at("east", "etc", "east"))) ==
          ["casewire.conf", "cert", "key", "network", "request"] and not any("key" == name for _, _, names in os.walk(hosts.at("north", "authority"))
                                                                             for name in names))
    check("and nobody else may read them", os.stat(hosts.at("east", "etc/east/key")).st_mode & 0o777 == 0o600)


@story()
def an_administrator_asks_how_it_is_without_a_certificate(hosts):
    hosts.begin()
    hosts.pair()
    here = ["--socket", hosts.socket("north"), "--network", hosts.at("north", "etc/north/network")]
    said = hosts.tool("north", "wait-sync", *here, "--peers", "1", "--timeout", "30").stdout
    check("the wait ends", said == "in sync\n", said)
    said = hosts.tool("north", "status", *here).stdout
    check("how it is", said.startswith("NTH of Marlshire: in sync\n") and "\nEST       in step\n" in said, said)
    said = hosts.tool("north", "peers", *here).stdout
    check("how the others are", said.startswith("EST\tin step\t0\t0\t"), said)
    check("in JSON too", json.loads(hosts.tool("north", "--json", "status", *here).stdout)["in_sync"])
    refused(hosts.tool("north", "status", *here[:2], expect=2), "one of two options is missing", "--socket and --network")
    refused(hosts.tool("north", "peers", "no such", expect=2), "no such instance", "no such")
    hosts.daemons["north"].terminate()
    hosts.daemons["north"].wait(30)
    refused(hosts.tool("north", "status", *here, expect=7), "the daemon did not say how it is", "systemctl status")


@story()
def a_bundle_of_another_branch_is_refused_by_name(hosts):
    hosts.begin()
    copy = hosts.at("north", "copy")
    shutil.copytree(hosts.at("north", "authority"), copy)
    hosts.pair()
    words = ["--kind", "person", "--division", "NTH", "--name", "Officer O", "--role", "PC", "--insecure-lab"]
    hosts.tool("north", "authority", "issue", *words, "--dir", copy, "--out", hosts.at("north", "other"), "--offline")
    hosts.tool("north", "authority", "issue", "east.request", "--fingerprint", hosts.words, "--dir", copy, "--offline", "--insecure-lab",
               "--out", hosts.at("north", "branch.bundle"))
    said = hosts.tool("north", "authority", "publish", "--bundle", "branch.bundle", "--socket", hosts.socket("north"), expect=6)
    refused(said, "did not take this branch of the authority's log", "branch.bundle", "another entry", "keep one branch only")
    hosts.officer("north", "NTH")
    said = hosts.tool("north", "authority", "publish", "--bundle", "east.bundle", "--socket", hosts.socket("north")).stdout
    check("a bundle that is older than what the daemon has is no branch", "published: 0 new entries" in said, said)
    said = hosts.tool("north", "authority", "publish", "--bundle", "branch.bundle", "--socket", hosts.socket("north"), expect=6)
    refused(said, "did not take this branch of the authority's log")
    said = hosts.tool("north", "authority", "restore", "--bundle", "east.bundle", "--dir", hosts.at("north", "again")).stdout
    check("a bundle gives a folder back as far as it goes", "segments restored" in said and "put authority.key and root.key there" in said, said)


def next_of(said):
    """The commands that somebody is told to type next."""
    lines = said.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("  next"))
    found = []
    for line in lines[at:]:
        command = re.match(r"  (?:next: |next, there: |      |      here:  )(casewired? .*|systemctl .*)$", line)
        if command is None:
            break
        found.append(command.group(1))
    return found


@story()
def what_is_next_works_as_it_is_typed(hosts):
    """Also where the folders are none of the unit's, given from where one stands, and with what a shell would part or expand in their names."""
    def places(host):
        return ["--settings-dir", "our etc", "--state-dir", "its state", "--run-dir", f"/run/{host}/it's"]

    def typed(host, command):
        return ["ip", "netns", "exec", host, "env", f"PATH={os.path.dirname(TOOL)}:{os.environ['PATH']}", "bash", "-c", command]

    def enter(host, command):
        return run(typed(host, command), cwd=hosts.at(host), stdin=subprocess.DEVNULL).stdout

    def issue():
        hosts.carry("east.request", "east", "north")
        hosts.tool("north", "authority", "issue", "east.request", "--fingerprint", re.search(r"(?m)^  words  (.*)$", said).group(1), "--dir",
                   "its authority", "--socket", "/run/north/it's/north/admin.sock", "--insecure-lab")
        hosts.carry("east.bundle", "north", "east")

    def launch(host, command):
        with open(hosts.at(host, "our etc", host, "casewire.conf"), "a", encoding="utf-8") as file:
            file.write('map_size = "1 GiB"\nreserve = "1 MiB"\nlow_water = "16 MiB"\nstrict_memory = no\n')
        hosts.start_daemon(host, typed(host, "exec " + command), f"/run/{host}/it's/{host}/admin.sock")

    said = hosts.tool("north", "init", "north", "--force", "ZZ", "--network-name", "Marlshire", "--address", f"tcp://{HOSTS['north']}:4700", "--dir",
                      "its authority", "--insecure-lab", *places("north")).stdout
    start, publish = next_of(said)
    launch("north", start)
    check("the first one's", "published: " in enter("north", publish), said)
    hosts.carry("its authority/invitation", "north", "east")
    said = hosts.tool("east", "enrol", "request", "east", "invitation", "--address", f"tcp://{HOSTS['east']}:4700", *places("east")).stdout
    join = next_of(said)[1]
    issue()
    said = hosts.tool("north", "peer", "add", "north", "east.bundle", *places("north")).stdout
    check("those who were there before", "reloaded: +peer east" in enter("north", next_of(said)[0]), said)
    said = enter("east", join)
    start, publish = next_of(said)
    launch("east", start)
    check("the second one's", "published: " in enter("east", publish), said)

    said = hosts.tool("east", "enrol", "request", "east", "invitation", "--renew", "--address", f"tcp://{HOSTS['east']}:4700", *places("east")).stdout
    join = next_of(said)[1]
    issue()
    publish, start = next_of(enter("east", join))
    check("after a renewal", "published: " in enter("east", publish))
    hosts.daemons["east"].terminate()
    check("it stops", hosts.daemons["east"].wait(30) == 0, hosts.log("east"))
    hosts.start_daemon("east", typed("east", "exec " + start), "/run/east/it's/east/admin.sock")


@story()
def a_certificate_is_renewed_and_the_store_goes_on(hosts):
    hosts.begin()
    hosts.pair()
    for host, code in (("north", "NTH"), ("east", "EST")):
        hosts.officer(host, code)
    hosts.tool("east", "--home", "officer", "wait-sync", "--peers", "1", "--timeout", "30")
    hosts.tool("east", "--home", "officer", "case", "open", "missing_child", "title=Child M", "missing_risk=high", "--held-by", "2")
    before = json.loads(hosts.tool("north", "--json", "authority", "list", "--dir", hosts.at("north", "authority")).stdout)["certificates"]
    before = [c["cert"] for c in before if (c["kind"], c["division"]) == ("daemon", "EST")][0]

    said = hosts.tool("east", "enrol", "request", "east", "invitation", "--renew", "--address", f"tcp://{HOSTS['east']}:4700", "--days", "900",
                      *hosts.places("east")).stdout
    words = re.search(r"(?m)^  words  (.*)$", said).group(1)
    hosts.carry("east.request", "east", "north")
    said = hosts.issue("east.request", "--fingerprint", words).stdout
    check("whoever signs is told that it is a renewal", f"EST has a certificate for these keys already: casewire authority revoke {before[:8]}" in said, said)
    hosts.carry("east.bundle", "north", "east")
    said = hosts.tool("north", "peer", "add", "north", "east.bundle", *hosts.places("north")).stdout
    check("the others' settings stay as they are", "stood already" in said, said)
    with open(hosts.at("east", "etc/east/casewire.conf"), encoding="utf-8") as file:
        settings = file.read()
    said = hosts.tool("east", "join", "east.bundle", *hosts.places("east")).stdout
    check("the host's as well", "the same keys, and the settings as they are" in said and
          settings == open(hosts.at("east", "etc/east/casewire.conf"), encoding="utf-8").read(), said)
    hosts.tool("east", "authority", "publish", "--bundle", "east.bundle", "--socket", hosts.socket("east"))

    hosts.restart("east")
    hosts.tool("north", "authority", "revoke", before, "--dir", hosts.at("north", "authority"), "--socket", hosts.socket("north"))
    hosts.tool("north", "authority", "publish", "--dir", hosts.at("north", "authority"), "--socket", hosts.socket("north"))
    for host in HOSTS:
        hosts.tool(host, "--home", "officer", "wait-sync", "--peers", "1", "--timeout", "60")
    check("it is not another daemon: a log ends, and the store stays", "the certificate was renewed" in hosts.log("east"), hosts.log("east"))
    hosts.tool("east", "--home", "officer", "case", "open", "missing_child", "title=Child N", "missing_risk=low", "--held-by", "2")
    for host in HOSTS:
        rows = json.loads(hosts.tool(host, "--home", "officer", "--json", "case", "list").stdout)["rows"]
        check(f"{host} reads what was before and what came after", sorted(row["title"] for row in rows) == ["Child M", "Child N"], str(rows))


@story()
def a_key_that_the_service_manager_keeps_is_renewed_while_its_daemon_runs(hosts):
    """What it hands to casewired@north is in a folder that root may look into; here a folder like it."""
    hosts.begin()
    key, handed = hosts.at("north", "etc/north/key"), "/run/credentials/casewired@north.service"
    request = ["enrol", "request", "north", "authority/invitation", "--renew", "--address", f"tcp://{HOSTS['north']}:4700", *hosts.places("north")]
    os.rename(key, hosts.at("north", "key.safe"))
    refused(hosts.tool("north", *request, expect=3), "no request was made", "where: " + key, "encrypted on disk",
            "systemctl start casewired@north, then the same command again, as root")
    os.makedirs(handed)
    try:
        shutil.copy(hosts.at("north", "key.safe"), handed + "/key")
        said = hosts.tool("north", *request).stdout
        hosts.issue("north.request", "--fingerprint", re.search(r"(?m)^  words  (.*)$", said).group(1))
        os.rename(handed + "/key", handed + "/kept")
        refused(hosts.tool("north", "join", "north.bundle", *hosts.places("north"), expect=3), "where: " + key, "systemctl start casewired@north")
        shutil.copy(hosts.at("north", "authority/authority.key"), handed + "/key")
        refused(hosts.tool("north", "join", "north.bundle", *hosts.places("north"), expect=4), "not the one that the request was made with")
        refused(hosts.tool("north", *request, expect=4), "not the one that the certificate names", "--check-config")
        os.replace(handed + "/kept", handed + "/key")
        said = hosts.tool("north", "join", "north.bundle", *hosts.places("north")).stdout
        check("it is renewed", "the same keys, and the settings as they are" in said, said)
    finally:
        shutil.rmtree(handed)


@story()
def an_init_that_cannot_write_settings_leaves_no_authority(hosts):
    """Else the same command, once what was wrong is right, would find one and be refused."""
    etc = hosts.at("north", "etc")
    os.makedirs(etc)
    run(["mount", "--bind", etc, etc])
    run(["mount", "-o", "remount,bind,ro", etc])
    said = hosts.tool("north", "init", "north", "--force", "ZZ", "--network-name", "Marlshire", "--dir", hosts.at("north", "authority"), "--insecure-lab",
                      *hosts.places("north"), expect=1)
    run(["umount", etc])
    refused(said, "the network was not made", "where: " + hosts.at("north", "etc/north")[:40], "the folder cannot be made: Read-only file system")
    check("nothing was made", not os.path.exists(hosts.at("north", "authority")))
    hosts.begin()


@story()
def keys_that_cannot_be_encrypted_are_not_made(hosts):
    words = ["init", "north", "--force", "ZZ", "--network-name", "Marlshire", "--dir", hosts.at("north", "authority"), "--insecure-lab", "--encrypt-keys"]
    request = ["enrol", "request", "north", "authority/invitation", "--encrypt-keys"]
    without = ["ip", "netns", "exec", "north", "env", "PATH=/nowhere", TOOL, *words]
    refused(run(without, 1), "where: systemd-creds", "it cannot be run: No such file or directory", "without --encrypt-keys")
    refused(hosts.tool("north", *words, *hosts.places("north"), expect=2), "where: " + hosts.at("north", "etc/north"), "not the unit's folders")
    check("nothing was made", not any(files for _, _, files in os.walk(hosts.at("north"))), str(list(os.walk(hosts.at("north")))))
    check("nor in the unit's folders", not os.path.exists("/etc/casewire/north"))
    hosts.begin()
    refused(hosts.tool("north", *request, "--renew", *hosts.places("north"), expect=2), "where: --encrypt-keys", "a renewal makes no keys")
    refused(hosts.tool("east", *request[:3], "invitation", "--encrypt-keys", *hosts.places("east"), expect=2), "not the unit's folders")
    check("no key was made", not os.path.exists(hosts.at("east", "etc/north")))


@story()
def nothing_is_signed_for_other_words(hosts):
    hosts.begin()
    words = hosts.request()
    before = hosts.certificates()
    wrong = " ".join([words.split()[1], *words.split()[1:]]) if words.split()[0] != words.split()[1] else "acorn " + words
    refused(hosts.issue("east.request", "--fingerprint", wrong, expect=4), "the words are not the same", "word 1 is another")
    refused(hosts.issue("east.request", expect=2), "--fingerprint", "no terminal")
    refused(hosts.issue("east.request", "--fingerprint", words, "--role", "PC", expect=2), "--role")
    check("no certificate was issued", hosts.certificates() == before, str(hosts.certificates()))
    check("and no answer written", not os.path.exists(hosts.at("north", "east.bundle")))
    hosts.issue("east.request", "--fingerprint", words.upper().replace(" ", "-"))
    check("with the right ones it was", hosts.certificates() == before + [("daemon", "EST")] or
          sorted(hosts.certificates()) == sorted(before + [("daemon", "EST")]), str(hosts.certificates()))
    hosts.issue("east.request", "--fingerprint", words)
    check("once, however often the answer is asked for", len(hosts.certificates()) == len(before) + 1)


@story()
def on_a_terminal_it_is_asked_whether_the_words_are_the_same(hosts):
    hosts.begin()
    words = hosts.request()
    before = hosts.certificates()
    for said, code in (("no", 4), ("yes", 0)):
        master, slave = pty.openpty()
        issue = subprocess.Popen(["ip", "netns", "exec", "north", TOOL, "authority", "issue", "east.request", "--dir", hosts.at("north", "authority"),
                                  "--socket", hosts.socket("north")], cwd=hosts.at("north"), stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 text=True)
        os.write(master, said.encode() + b"\n")
        out, shown = issue.communicate(timeout=60)
        os.close(master)
        os.close(slave)
        check("who asks is shown, and the words", f"  words  {words}\n" in shown and "east (EST) asks to be admitted" in shown and HOSTS["east"] in shown, shown)
        check(f"with {said} it ends as it should", issue.returncode == code, out + shown)
        check(f"with {said}, what was signed", len(hosts.certificates()) == len(before) + (said == "yes"), str(hosts.certificates()))


@story()
def a_changed_answer_writes_nothing(hosts):
    hosts.begin()
    words = hosts.request()
    hosts.issue("east.request", "--fingerprint", words)
    with open(hosts.at("north", "east.bundle"), "rb") as file:
        good = file.read()
    names = sorted(os.listdir(hosts.at("east", "etc", "east")))
    for at in range(0, len(good), max(1, len(good) // 40)):
        with open(hosts.at("east", "east.bundle"), "wb") as file:
            file.write(good[:at] + bytes([good[at] ^ 0x10]) + good[at + 1:])
        refused(hosts.tool("east", "join", "east.bundle", *hosts.places("east"), expect=None), "nothing was written")
    check("nothing was", sorted(os.listdir(hosts.at("east", "etc", "east"))) == names)
    refused(hosts.tool("east", "join", "invitation", *hosts.places("east"), expect=2), "invitation")
    refused(hosts.tool("east", "join", "absent", *hosts.places("east"), expect=3), "absent")
    hosts.carry("east.bundle", "north", "east")
    said = hosts.tool("east", "join", "east.bundle", *hosts.places("east")).stdout
    check("the one that was sent says what will be trusted", "Marlshire" in said and "Authority of ZZ" in said and "north (NTH)" in said, said)
    refused(hosts.tool("east", "join", "east.bundle", *hosts.places("east"), expect=6), "settings already")
    refused(hosts.tool("east", "enrol", "request", "east", "invitation", *hosts.places("east"), expect=2), "never overwritten")
    refused(hosts.tool("north", "init", "north", "--force", "ZZ", "--network-name", "Other", "--dir", hosts.at("north", "other"), "--insecure-lab",
                       *hosts.places("north"), expect=6), "never overwritten")
