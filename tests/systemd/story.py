# SPDX-License-Identifier: Apache-2.0
"""One division under a real systemd: run by tests/systemd/boot, as root of the container.

Each check prints a line; the last one counts. Time is real here, for it is systemd's: the longest wait is a watchdog of a second.
"""

import json
import os
import re
import socket
import subprocess
import sys
import time

UNIT = "casewired@north"
ETC = "/etc/casewire/north"
AUTHORITY = "/srv/authority"
OFFICER = "/srv/officer"
SOCKET = "/run/casewire/north/admin.sock"
passed = failed = 0


def run(*command, fails=False, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=120, **options)
    if not fails and done.returncode != 0:
        raise SystemExit("%s: %d\n%s" % (" ".join(command), done.returncode, done.stdout))
    return done


def check(what, holds, why=""):
    global passed, failed
    print("%s %s" % ("ok  " if holds else "FAIL", what))
    passed, failed = passed + bool(holds), failed + (not holds)
    if not holds:
        print("     " + str(why).strip().replace("\n", "\n     "))


def show(name):
    return run("systemctl", "show", "--value", "--property", name, UNIT).stdout.strip()


def until(what, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.05)
    return False


def journal(*words):
    return run("journalctl", "--no-pager", "--output=cat", "--unit", UNIT, *words, fails=True).stdout


def tool(*words, fails=False):
    return run("casewire", *words, fails=fails)


def issue(out, *words):
    tool("authority", "issue", "--dir", AUTHORITY, "--insecure-lab", "--out", out, *words)


def write_settings(more=""):
    with open(ETC + "/casewire.conf", "w", encoding="utf-8") as file:
        file.write('division = "NTH"\nnetwork_genesis = "%s/network"\ncertificate = "%s/cert"\nkey = "%s/key"\n'
                   'state_dir = "/var/lib/casewire/north"\nrun_dir = "/run/casewire/north"\n'
                   'listen_peers = "tcp://127.0.0.1:4700"\nlisten_clients = "tcp://127.0.0.1:4701"\n%s' % (ETC, ETC, ETC, more))


def drop_in(text):
    os.makedirs("/etc/systemd/system/%s.service.d" % UNIT, exist_ok=True)
    with open("/etc/systemd/system/%s.service.d/test.conf" % UNIT, "w", encoding="utf-8") as file:
        file.write(text)
    run("systemctl", "daemon-reload")


def make_network():
    tool("authority", "init", "--dir", AUTHORITY, "--force", "ZZ", "--network-name", "Marlshire", "--insecure-lab")
    os.makedirs("/etc/casewire", exist_ok=True)
    issue(ETC, "--offline", "--kind", "daemon", "--division", "NTH", "--name", "Daemon of NTH")
    issue("/srv/east", "--offline", "--kind", "daemon", "--division", "EST", "--name", "Daemon of EST")
    os.chmod(ETC, 0o755)  # the daemon reads its settings itself; the key in it stays root's own
    issue(OFFICER, "--offline", "--kind", "person", "--division", "NTH", "--name", "Officer W", "--role", "PC,MCET",
          "--address", "tcp://127.0.0.1:4701", "--daemon-cert", ETC + "/cert")
    write_settings()


def submit(title):
    done = tool("--home", OFFICER, "--json", "case", "open", "missing_child", "title=" + title, "missing_risk=high", fails=True)
    return json.loads(done.stdout) if done.returncode == 0 else {"why": done.stdout}


def titles():
    return [row["title"] for row in json.loads(tool("--home", OFFICER, "--json", "case", "list").stdout)["rows"]]


def it_starts():
    before = time.monotonic()
    done = run("systemctl", "start", UNIT, fails=True)
    took = time.monotonic() - before
    check("systemctl start returns when the daemon is ready", done.returncode == 0, done.stdout + journal("-n", "30"))
    print("     ready after %.0f ms" % (took * 1e3))
    end = time.monotonic() + 20
    while not (line := show("StatusText")) and time.monotonic() < end:
        time.sleep(0.1)
    check("its status line says how it is", line == "NTH: in sync: no other division is known", line)
    check("the admin socket is there", os.path.exists(SOCKET))
    run("casewire", "authority", "publish", "--dir", AUTHORITY, "--socket", SOCKET)


def it_works_in_the_sandbox():
    answer = submit("Child A")
    check("over CURVE, a signed statement is committed and answered with a receipt", "why" not in answer, answer.get("why", ""))
    check("what was committed is listed", titles() == ["Child A"], titles())
    main = int(show("MainPID"))
    children = run("pgrep", "-P", str(main), fails=True).stdout.split()
    everyone = [str(main)] + children + [g for c in children for g in run("pgrep", "-P", c, fails=True).stdout.split()]
    status = {p: dict(line.split(":\t", 1) for line in open("/proc/%s/status" % p, encoding="ascii") if ":\t" in line) for p in everyone}
    check("the core, the keeper and the net process run", len(everyone) >= 3, everyone)
    check("none is root, and none can become more", all(s["Uid"].split()[0] != "0" and s["NoNewPrivs"].strip() == "1" and
                                                        int(s["CapBnd"], 16) == 0 for s in status.values()), status)
    check("all filter system calls", all(s["Seccomp"].strip() == "2" for s in status.values()))
    filters = {p: int(s.get("Seccomp_filters", "0")) for p, s in status.items()}
    check("the net process has a filter more than the core", max(filters.values()) > filters[str(main)], filters)
    check("state is for its user alone", oct(os.stat("/var/lib/casewire/north/").st_mode & 0o777) == "0o700")
    check("keys stay root's own", os.stat(ETC + "/key").st_uid == 0 and os.stat(ETC + "/key").st_mode & 0o077 == 0)


def page(name):
    return run("curl", "--silent", "--fail", "--unix-socket", "/run/casewire/north/metrics.sock", "http://casewire/" + name, fails=True)


def it_can_be_watched_in_the_sandbox():
    check("it says that it is ready", '"ok": true' in page("readyz").stdout and page("healthz").returncode == 0, page("readyz").stdout)
    counted = page("metrics").stdout
    check("it counts its descriptors and its memory", "\ncasewire_process_open_descriptors " in counted and
          "\ncasewire_process_resident_memory_bytes " in counted and "\ncasewire_process_max_descriptors " in counted, counted)
    check("and the officer's statement", 'casewire_submissions_total{result="accepted"} 1' in counted, counted)
    said = tool("doctor", "north", "--json", fails=True)
    found = {c["check"]: c for c in json.loads(said.stdout)["checks"]}
    check("the doctor finds settings, keys, doors and disk right, and looks at the limits that this container leaves", all(
        found[name]["state"] == "ok" for name in ("settings", "daemon", "doors", "disk", "map", "certificate")) and
        {"descriptors", "memlock", "clock", "peers"} <= set(found), said.stdout)


def a_member_of_the_group_is_an_administrator():
    door, network = "/run/casewire-admin/north.sock", ETC + "/network"
    run("useradd", "--groups", "casewire", "keeper-a")
    run("useradd", "stranger-a")

    def reload(who, socket):
        return run("runuser", "-u", who, "--", "casewire", "reload", "--socket", socket, "--network", network, fails=True)

    done = reload("keeper-a", door)
    check("a member of the group casewire is answered as an administrator", done.returncode == 0 and "reloaded" in done.stdout, done.stdout)
    done = reload("stranger-a", door)
    check("who is not in it may not open the door", done.returncode != 0 and "may not open" in done.stdout, done.stdout)
    check("root is answered at both", all(reload("root", socket).returncode == 0 for socket in (door, SOCKET)))
    run("systemctl", "restart", UNIT)
    check("after a restart the door is there again", reload("keeper-a", door).returncode == 0, journal("-n", "20"))
    run("systemctl", "stop", UNIT)
    check("with the daemon the door goes", until(lambda: not os.path.exists(door)), run("systemctl", "status", "casewired@north.socket", fails=True).stdout)
    check("so nobody starts a daemon by speaking to it", reload("keeper-a", door).returncode != 0 and show("ActiveState") == "inactive")
    os.makedirs("/etc/systemd/system/casewired@north.socket.d", exist_ok=True)
    with open("/etc/systemd/system/casewired@north.socket.d/test.conf", "w", encoding="ascii") as file:
        file.write("[Socket]\nSocketMode=0666\n")
    run("systemctl", "daemon-reload")
    done = run("systemctl", "start", UNIT, fails=True)
    check("with a door open to everybody it does not start", done.returncode != 0 and show("ExecMainStatus") == "78", show("ExecMainStatus"))
    check("and says so", "open to everybody" in journal("-n", "20"), journal("-n", "20"))
    os.remove("/etc/systemd/system/casewired@north.socket.d/test.conf")
    run("systemctl", "daemon-reload")
    run("systemctl", "reset-failed", UNIT)
    run("systemctl", "start", UNIT)
    check("mended, it starts", show("ActiveState") == "active", journal("-n", "20"))


def its_journal_explains_itself():
    run("journalctl", "--update-catalog")
    entry = json.loads(journal("--output=json", "CASEWIRE_EVENT=net-listening").splitlines()[0])
    check("a line has its MESSAGE_ID and its division", len(entry.get("MESSAGE_ID", "")) == 32 and entry.get("CASEWIRE_DIVISION") == "NTH", entry)
    said = journal("--catalog", "--output=short", "CASEWIRE_EVENT=net-listening")
    check("journalctl -x says what it means, whose it is", "tried that its doors keep strangers out" in said and "Division NTH listens" in said, said)


def it_tells_people():
    with open(ETC + "/alerts", "w", encoding="utf-8") as file:
        file.write("daemon,alarm /usr/bin/logger --tag paged\n")
    done = run("systemctl", "start", "casewire-alert@north", fails=True)
    check("the unit of alerts starts", done.returncode == 0, done.stdout)
    paged = lambda: run("journalctl", "--no-pager", "--output=cat", "-t", "paged", fails=True).stdout

    def lose_the_net_process():
        """Again when nobody was told: what happened before the journal was followed is nobody's news."""
        children = run("pgrep", "-P", show("MainPID")).stdout.split()
        for net in [g for c in children for g in run("pgrep", "-P", c, fails=True).stdout.split()]:
            os.kill(int(net), 9)
        return until(lambda: "so far" in paged(), 3)

    check("a program of the file hears that the net process was lost", until(lose_the_net_process),
          paged() + run("journalctl", "--no-pager", "--output=cat", "-u", "casewire-alert@north", fails=True).stdout)
    status = dict(line.split(":\t", 1) for line in open("/proc/%s/status" % run(
        "systemctl", "show", "--value", "--property=MainPID", "casewire-alert@north").stdout.strip(), encoding="ascii") if ":\t" in line)
    check("it is not root, and cannot become more", status["Uid"].split()[0] != "0" and status["NoNewPrivs"].strip() == "1" and
          int(status["CapBnd"], 16) == 0, status)
    run("systemctl", "stop", "casewire-alert@north")
    check("it ends as one that was told to", run("systemctl", "show", "--value", "--property=Result", "casewire-alert@north").stdout.strip() == "success")
    until(lambda: page("readyz").returncode == 0)


def it_stops_and_keeps_what_it_took():
    writers = subprocess.Popen(["sh", "-c", "for i in 1 2 3 4 5 6 7 8 9; do casewire --home %s --json case open missing_child "
                                "title=\"Child $i\" missing_risk=low; done" % OFFICER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    until(lambda: len(titles()) >= 4)
    before = time.monotonic()
    run("systemctl", "stop", UNIT)
    took = time.monotonic() - before
    writers.kill()
    acknowledged = writers.communicate()[0].count('"receipt"')
    check("under load it stops within a second", took < 1, took)
    check("as one that was told to", show("Result") == "success", show("Result"))
    run("systemctl", "start", UNIT)
    now = len(titles())
    check("what was acknowledged is there again", now >= 1 + acknowledged, (now, acknowledged))


def it_is_killed_when_it_hangs():
    drop_in("[Service]\nWatchdogSec=1s\nRestartSec=100ms\n")
    run("systemctl", "restart", UNIT)
    first = show("MainPID")
    tool("--home", OFFICER, "wait-sync", "--peers", "9", "--timeout", "3", fails=True)  # asks again and again; nobody writes
    check("a daemon that does nothing but answer is not taken for one that hangs", show("MainPID") == first, journal("-n", "20"))
    os.kill(int(first), 19)  # SIGSTOP: no turn is finished any more
    check("a daemon that finishes no turn is killed and started anew",
          until(lambda: show("MainPID") not in (first, "0") and show("ActiveState") == "active"), journal("-n", "20"))
    check("and answers", len(titles()) >= 4)
    drop_in("")


def bad_settings_are_not_tried_for_ever():
    write_settings('map_sise = "1 GiB"\n')
    done = run("systemctl", "restart", UNIT, fails=True)
    check("with a wrong setting it does not start", done.returncode != 0)
    # One that will be started again is "activating (auto-restart)" at this moment.
    check("ends with 78, and is not started again", show("ExecMainStatus") == "78" and
          (show("ActiveState"), show("SubState")) == ("failed", "failed"), " ".join(map(show, ("ExecMainStatus", "ActiveState", "SubState"))))
    said = journal("-n", "20")
    check("and says file, line and the nearest name", "casewire.conf:9" in said and "did you mean map_size" in said, said)
    write_settings()
    run("systemctl", "reset-failed", UNIT)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 4700))
        other.listen()
        done = run("systemctl", "start", UNIT, fails=True)
    check("with its port in use it does not start", done.returncode != 0)
    check("ends with 78 as well, and is not started again", (show("ExecMainStatus"), show("ActiveState"), show("NRestarts")) == ("78", "failed", "0"),
          " ".join(map(show, ("ExecMainStatus", "ActiveState", "NRestarts"))))
    said = [line for line in journal("-n", "20").splitlines() if "listen_peers" in line]
    check("and says which address, and how to find who has it", said and "tcp://127.0.0.1:4700: Address already in use" in said[-1] and
          "ss --listening" in said[-1], journal("-n", "20"))
    os.rename(ETC + "/key", ETC + "/key.away")
    run("systemctl", "reset-failed", UNIT)
    done = run("systemctl", "start", UNIT, fails=True)
    check("without its key it does not start", done.returncode != 0)
    check("which systemd says by 243/CREDENTIALS, once", (show("ExecMainStatus"), show("ActiveState"), show("NRestarts")) == ("243", "failed", "0"),
          " ".join(map(show, ("ExecMainStatus", "ActiveState", "NRestarts"))))
    said = journal("-n", "20")
    check("and which step it was", "Failed at step CREDENTIALS" in said, said)  # this version of systemd names no file
    os.rename(ETC + "/key.away", ETC + "/key")
    run("systemctl", "reset-failed", UNIT, fails=True)


def an_instance_that_nobody_set_up_is_an_error():
    done = run("systemctl", "start", "casewired@nroth", fails=True)
    check("a name that no division has does not start in silence", done.returncode != 0 and "ssertion failed" in done.stdout, done.stdout)
    said = run("journalctl", "--no-pager", "--unit", "casewired@nroth", fails=True).stdout
    check("and it is in the journal", "ssertion failed" in said or "asserts failed" in said, said)


def the_last_word_is_kept():
    run("systemctl", "stop", UNIT)
    check("a stopped unit does not go on to say that it is in sync", show("StatusText") in ("NTH: stopped", ""), show("StatusText"))
    write_settings('map_sise = "1 GiB"\n')
    run("systemctl", "start", UNIT, fails=True)
    check("one that did not start says why", "did not start: " in show("StatusText") and "did you mean map_size" in show("StatusText"), show("StatusText"))
    said = journal("--output=json", "-n", "20")
    check("and the journal has it as an event of priority alert",
          any(line.get("CASEWIRE_EVENT") == "start-failed" and line.get("PRIORITY") == "1" and "MESSAGE_ID" in line
              for line in map(json.loads, said.splitlines())), said)
    write_settings()
    run("systemctl", "reset-failed", UNIT)
    run("systemctl", "start", UNIT)


def a_folder_that_the_unit_cannot_write_is_told_before_it_fails():
    """Root, who checks the settings, may write all of them. What is advised is done, and the unit starts."""
    run("systemctl", "stop", UNIT)
    os.makedirs("/srv/store", mode=0o700)
    os.makedirs("/run/keepers")
    os.makedirs("/var/lib/private/watch", mode=0o700)
    os.symlink("private/watch", "/var/lib/watch")
    run("useradd", "--system", "casewire-north")
    run("chown", "casewire-north", "/srv/store")
    check_config = ("casewired", "--config", ETC + "/casewire.conf", "--check-config")
    write_settings()
    said = run(*check_config, fails=True)
    check("nothing is said of the unit's own folders", said.returncode == 0 and "warning" not in said.stdout, said.stdout)
    for setting, place, advice in (("admin_socket", "/run/keepers/admin.sock", "RuntimeDirectory=keepers"),
                                   ("listen_metrics", "/var/lib/watch/metrics.sock", "StateDirectory=watch"),
                                   ("state_dir", "/srv/store", "ReadWritePaths=/srv/store")):
        write_settings("" if setting == "state_dir" else '%s = "%s"\n' % (setting, place))
        if setting == "state_dir":
            run("sed", "-i", 's|^state_dir = .*|state_dir = "%s"|' % place, ETC + "/casewire.conf")
        said = run(*check_config, fails=True)
        check("%s is found in order by root, with a warning that says %s" % (setting, advice),
              said.returncode == 0 and re.search(r"warning: %s/casewire\.conf:\d+: %s: %s\.service cannot write" % (ETC, setting, UNIT), said.stdout) and
              "below [Service]: " + advice in said.stdout, said.stdout)
        doctor = tool("doctor", "north", fails=True).stdout
        check("which the doctor shows", re.search("(?m)^warn\t+settings\t.*" + re.escape(advice), doctor), doctor)
        done = run("systemctl", "start", UNIT, fails=True)
        check("and the unit does not start with it", done.returncode != 0 and show("ExecMainStatus") == "78", show("ExecMainStatus") + journal("-n", "9"))
        run("systemctl", "reset-failed", UNIT)
        drop_in("[Service]\n%s\n" % advice)
        said = run(*check_config, fails=True)
        check("with the drop-in nothing is said", said.returncode == 0 and "warning" not in said.stdout, said.stdout)
        done = run("systemctl", "start", UNIT, fails=True)
        check("and the unit starts", done.returncode == 0, journal("-n", "9"))
        run("systemctl", "stop", UNIT)
        drop_in("")
    write_settings()
    run("userdel", "casewire-north")


def it_reloads():
    peer = 'peer "%s" {\n    division = "EST"\n    address = "tcp://127.0.0.1:4711"\n    curve_key = "' + "ab" * 32 + '"\n}\n'
    run("systemctl", "start", UNIT)
    before = show("MainPID")
    write_settings('log_level = "debug"\nmap_size = "2 TiB"\n' + peer % "east")
    done = run("systemctl", "reload", UNIT, fails=True)
    check("systemctl reload takes settings that are right", done.returncode == 0, done.stdout + journal("-n", "20"))
    said = "+peer east, log_level is debug; needs a restart: map_size"
    check("and the journal says what changed", said in journal("-n", "20"), journal("-n", "20"))
    check("the new peer is dialled", until(lambda: "tcp://127.0.0.1:4711: nothing listens there" in journal("-n", "50")), journal("-n", "50"))
    refused = "The curve_key in the settings is not the one in EST's certificate"
    check("and it is said that its key is wrong", until(lambda: refused in " ".join(tool("--home", OFFICER, "peers").stdout.split())),
          tool("--home", OFFICER, "peers").stdout)
    write_settings('log_level = "info"\nmap_size = "2 TiB"\n')
    run("systemctl", "kill", "--kill-who=main", "--signal=HUP", UNIT)
    check("SIGHUP takes the log level, and says nothing of peers, which it leaves",
          until(lambda: "log_level is info; needs a restart: map_size" in journal("-n", "20")) and
          "-peer east" not in journal("-n", "20"), journal("-n", "20"))
    write_settings('credit_peer = "1 GiB"\n')
    done = run("systemctl", "reload", UNIT, fails=True)
    check("settings that are wrong let the reload fail", done.returncode != 0)
    check("saying file, line and what was expected", "casewire.conf:9: credit_peer" in journal("-n", "20"), journal("-n", "20"))
    check("and the daemon goes on", show("ActiveState") == "active" and show("MainPID") == before and len(titles()) >= 4)
    write_settings()
    run("systemctl", "stop", UNIT)


def the_key_may_be_encrypted():
    run("systemd-creds", "encrypt", "--name=key", ETC + "/key", ETC + "/key.cred")
    drop_in("[Service]\nLoadCredential=\nLoadCredential=certificate:%s/cert\nLoadCredential=network_genesis:%s/network\n"
            "LoadCredentialEncrypted=key:%s/key.cred\n" % (ETC, ETC, ETC))
    os.rename(ETC + "/key", ETC + "/key.away")
    done = run("systemctl", "start", UNIT, fails=True)
    check("with the key encrypted on disk it starts", done.returncode == 0, done.stdout + journal("-n", "20"))
    check("and knows what it knew", len(titles()) >= 4)
    run("systemctl", "stop", UNIT)
    os.rename(ETC + "/key.away", ETC + "/key")
    drop_in("")


def the_key_is_encrypted_from_the_beginning():
    words = ("init", "south", "--force", "ZY", "--network-name", "Saltshire", "--address", "tcp://127.0.0.1:4720", "--dir", "/srv/saltshire", "--insecure-lab", "--encrypt-keys")
    drop_in_folder = "/etc/systemd/system/casewired@south.service.d"
    os.makedirs(drop_in_folder)
    with open(drop_in_folder + "/key.conf", "w", encoding="ascii") as file:
        file.write("[Service]\n")
    done = tool(*words, fails=True)
    check("another drop-in of this name is not overwritten", done.returncode == 6 and "  where: %s/key.conf" % drop_in_folder in done.stdout and
          not os.path.exists("/srv/saltshire") and not os.path.exists("/etc/casewire/south"), done.stdout)
    os.remove(drop_in_folder + "/key.conf")
    said = tool(*words).stdout
    check("no key in clear is beside the settings", sorted(os.listdir("/etc/casewire/south")) == ["casewire.conf", "cert", "key.cred", "network"],
          os.listdir("/etc/casewire/south"))
    done = run("systemctl", "start", "casewired@south", fails=True)
    check("the unit starts with it", done.returncode == 0, done.stdout + run("journalctl", "--no-pager", "-n", "20", fails=True).stdout)
    run("systemctl", "stop", "casewired@south")
    doctor = tool("doctor", "south", fails=True).stdout
    check("the doctor finds it in order while nothing runs, too", "\nok\tsettings\t" in "\n" + doctor and not any("doctor" in name for name in os.listdir("/run")), doctor)
    run("systemd-creds", "encrypt", "--name=key", ETC + "/key", "/etc/casewire/south/other.cred")
    os.rename("/etc/casewire/south/key.cred", "/srv/south.cred")
    os.rename("/etc/casewire/south/other.cred", "/etc/casewire/south/key.cred")
    doctor = tool("doctor", "south", fails=True).stdout
    check("and sees when it is another", "key: is not the key that the certificate names" in doctor, doctor)
    os.replace("/srv/south.cred", "/etc/casewire/south/key.cred")
    check_config = ("casewired", "--config", "/etc/casewire/south/casewire.conf", "--check-config")
    done = run(*check_config, fails=True)
    check("the daemon's program says how it is given the key", done.returncode == 78 and
          "systemd-run --pipe --wait -p LoadCredentialEncrypted=key:/etc/casewire/south/key.cred casewired" in done.stdout, done.stdout)
    done = run("systemd-run", "--quiet", "--pipe", "--wait", "-p", "LoadCredentialEncrypted=key:/etc/casewire/south/key.cred", *check_config, fails=True)
    check("and so it is in order", done.returncode == 0 and "in order" in done.stdout, done.stdout)
    copy = [line.strip().replace("STICK", "/srv") for line in said.splitlines() if "systemd-creds decrypt" in line]
    run("sh", "-c", copy[0])
    check("the copy that it tells of is the key, for root alone", open("/srv/south.key", "rb").read(8) == open(ETC + "/key", "rb").read(8) and
          os.stat("/srv/south.key").st_mode & 0o077 == 0, oct(os.stat("/srv/south.key").st_mode))


def state_is_cleaned_for_one_division():
    run("systemctl", "stop", UNIT)
    os.makedirs("/var/lib/private/casewire/west", exist_ok=True)
    run("systemctl", "clean", "--what=state", UNIT)
    check("systemctl clean removes its state", not os.path.exists("/var/lib/casewire/north/store"))
    check("and no other division's", os.path.exists("/var/lib/private/casewire/west"))


def main():
    make_network()
    for story in (it_starts, it_works_in_the_sandbox, it_can_be_watched_in_the_sandbox,
                  a_member_of_the_group_is_an_administrator, its_journal_explains_itself, it_tells_people, it_stops_and_keeps_what_it_took, it_is_killed_when_it_hangs,
                  bad_settings_are_not_tried_for_ever, an_instance_that_nobody_set_up_is_an_error, the_last_word_is_kept,
                  a_folder_that_the_unit_cannot_write_is_told_before_it_fails, it_reloads, the_key_may_be_encrypted, the_key_is_encrypted_from_the_beginning, state_is_cleaned_for_one_division):
        story()
    print("%d passed, %d failed" % (passed, failed))
    return failed != 0


sys.exit(main())
