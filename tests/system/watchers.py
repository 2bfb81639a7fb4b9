"""Programs that watch a daemon: /metrics, /healthz, /readyz of real ones."""

import concurrent.futures
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request

from authorities import Registry
from duties import Watch
from world import BUILD, DAEMON, ROOT, TOOL, Lab, check, run

STORIES = []


def story(smoke=True, world=Lab):
    def keep(function):
        STORIES.append((function.__name__, function, smoke, world))
        return function
    return keep


def wait_for(claim, true, seconds=30):
    end = time.monotonic() + seconds
    while not true():
        check(claim, time.monotonic() < end, "did not happen in time")
        time.sleep(0.02)


def get(lab, page, division="north"):
    """Status and body of a page, over the division's own socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asker:
        asker.settimeout(20)
        asker.connect(os.path.join(lab.setting(division, "run_dir"), "metrics.sock"))
        asker.sendall(b"GET /%s HTTP/1.1\r\nHost: casewire\r\n\r\n" % page.encode())
        answer = b""
        while piece := asker.recv(65536):
            answer += piece
    head, body = answer.decode().split("\r\n\r\n", 1)
    return int(head.split()[1]), body


def known_metrics():
    """What the table has: name -> type."""
    printed = run([os.path.join(BUILD, "tests", "tools", "metrics_print"), "names"]).stdout
    return dict(line.split("\t") for line in printed.splitlines())


SAMPLE = re.compile(r'([a-z_]+)(\{(?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)+\})? (-?[0-9]+(?:\.[0-9]{3})?)')


def read_metrics(text):
    """OpenMetrics 1.0 as strictly as we write it: name and labels -> value. Families together, each head once, none twice."""
    samples, seen, family, kind = {}, set(), None, None
    lines = text.split("\n")
    check("the text ends with its mark", lines[-2:] == ["# EOF", ""], lines[-3:])
    for line in lines[:-2]:
        words = line.split(" ", 3)
        if words[:2] == ["#", "TYPE"]:
            check("a family comes once", words[2] not in seen, line)
            seen.add(words[2])
            family, kind = words[2], words[3]
        elif words[0] == "#":
            check("a family's head stands together", words[1] in ("UNIT", "HELP") and words[2] == family, line)
            check("it ends with its unit", words[1] != "UNIT" or family.endswith("_" + words[3]), line)
        else:
            found = SAMPLE.fullmatch(line)
            check("a sample can be read", found is not None, line)
            ends = {"counter": ["_total"], "info": ["_info"], "gauge": [""], "histogram": ["_bucket", "_sum", "_count"]}[kind]
            check("a sample is of its family", found.group(1) in [family + e for e in ends], line)
            name = found.group(1) + (found.group(2) or "")
            check("a sample comes once", name not in samples, line)
            samples[name] = float(found.group(3))
    return samples


def metrics(lab, division="north"):
    status, body = get(lab, "metrics", division)
    check("metrics are there", status == 200, body)
    return read_metrics(body)



@contextlib.contextmanager
def ended(daemon):
    """Whatever is found wrong meanwhile: nobody waits for a daemon that nobody ends."""
    try:
        yield
    finally:
        if daemon.poll() is None:
            daemon.kill()


@story()
def what_is_counted_is_true(lab):
    before = metrics(lab)
    lab.open_case("Child A")
    lab.open_case("Child B")
    lab.agree()
    wait_for("both lack nothing", lambda: metrics(lab)['casewire_peer_in_step{peer="EST"}'] == 1)
    now = metrics(lab)
    check("two submissions were taken", now['casewire_submissions_total{result="accepted"}'] ==
          before['casewire_submissions_total{result="accepted"}'] + 2, now)
    check("two cases are held", now["casewire_cases"] == 2, now)
    check("turns were taken, and timed", now["casewire_turn_duration_seconds_count"] > 0 and
          now['casewire_turn_duration_seconds_bucket{le="+Inf"}'] == now["casewire_turn_duration_seconds_count"], now)
    check("descriptors are counted", 5 < now["casewire_process_open_descriptors"] < now["casewire_process_max_descriptors"], now)
    check("the disk has room", now["casewire_store_disk_free_bytes"] > 0 and now["casewire_store_low_on_space"] == 0, now)
    check("it is ready, and says whose it is", now["casewire_ready"] == 1 and
          any(n.startswith("casewire_build_info{") and 'division="NTH"' in n for n in now), now)
    check("commits were timed", 0 < now["casewire_store_commit_duration_seconds_count"] <= now["casewire_store_commits_total"], now)
    check("and took some time", now["casewire_store_commit_duration_seconds_sum"] > 0, now)
    check("nothing was dropped", all(now['casewire_dropped_total{what="%s"}' % what] == 0 for what in ("link", "request", "journal_line")), now)
    known = known_metrics()
    names = {re.sub(r"(_bucket|_sum|_count)?(\{.*)?$", "", n) for n in now}
    check("every name is in the table", names <= {re.sub(r"_count$", "", n) for n in known}, names - set(known))


HEAD = re.compile(r"(?m)^# TYPE (\S+) (\S+)\n(?:# UNIT .*\n)?# HELP \S+ (.*)\n((?:[^#\n].*\n)+)")


def manual_metrics():
    """What casewire-metrics(7) tells of, made as the page is: name -> type, labels, sentence."""
    page = run([os.path.join(ROOT, "docs/man/expand"), TOOL, os.path.join(BUILD, "tests", "tools"), os.path.join(ROOT, "docs/man/casewire-metrics.7.scd")]).stdout
    rows = re.findall(r"(?m)^\*(casewire\S*)\*\n\t(\w+)(?:, for each _(.*)_)?\+\+\n(.*)$", page)
    plain = [[re.sub(r"\\(.)", r"\1", text) for text in row] for row in rows]
    return {name: (kind, frozenset(filter(None, labels.split(","))), sentence) for name, kind, labels, sentence in plain}


def shown_metrics(text):
    """The same of a daemon's page."""
    shown = {}
    for family, kind, sentence, samples in HEAD.findall(text):
        labels = {frozenset(re.findall(r'([a-z]+)="', line)) - {"le"} for line in samples.splitlines()}
        check("the samples of a family have the same labels", len(labels) == 1, samples)
        shown[family + {"counter": "_total", "info": "_info"}.get(kind, "")] = (kind, labels.pop(), sentence)
    return shown


def fork_the_authority(lab):
    """For an alarm: two copies of its folder are written on."""
    copy = os.path.join(lab.dir, "copy")
    shutil.copytree(lab.folder(), copy)
    lab.authority("policy", "clock.M8.duration_s", "259200")
    lab.authority("policy", "clock.M8.duration_s", "172800", folder=copy)
    lab.authority("publish")
    lab.authority("publish", folder=copy, expect=6)


@story(world=Registry)
def the_manual_and_a_running_daemon_have_the_same_metrics(lab):
    lab.agree()
    fork_the_authority(lab)
    wait_for("what is told of alarms and of other divisions' clocks is there", lambda: all(
        name in get(lab, "metrics")[1] for name in ("casewire_alarms_total{", "casewire_clock_skew_seconds{")))
    said, shown = manual_metrics(), shown_metrics(get(lab, "metrics")[1])
    check("both were read", len(said) > 50 and len(shown) > 50, (len(said), len(shown)))
    check("the page has nothing that the manual does not tell of", shown.keys() <= said.keys(), sorted(shown.keys() - said.keys()))
    check("and everything that it does", said.keys() <= shown.keys(), sorted(said.keys() - shown.keys()))
    for name, row in said.items():
        check(f"{name} has the type, labels and sentence of the manual", shown[name] == row, (shown[name], row))


@story()
def lag_is_shown_while_a_division_is_cut_off(lab):
    lab.open_case("Child C")
    lab.agree()
    lab.tool("lab", "cut", "west", "--dir", lab.dir)
    wait_for("the session is over", lambda: metrics(lab)['casewire_peer_up{peer="WST"}'] == 0)
    lab.open_case("Child D")
    wait_for("it lacks something", lambda: metrics(lab)['casewire_replication_lag_entries{peer="WST"}'] > 0)
    wait_for("for some time now", lambda: 0 < metrics(lab)['casewire_replication_lag_seconds{peer="WST"}'] < 60)
    check("the other does not", metrics(lab)['casewire_peer_up{peer="EST"}'] == 1)
    lab.tool("lab", "heal", "--dir", lab.dir)
    lab.agree()
    wait_for("nothing is lacking any more", lambda: metrics(lab)['casewire_replication_lag_entries{peer="WST"}'] == 0)
    check("nor is anything old", metrics(lab)['casewire_replication_lag_seconds{peer="WST"}'] == 0)


@story(world=Watch)
def a_duty_that_nobody_meets_is_counted(desk):
    check("nothing is overdue", metrics(desk)["casewire_cases_overdue"] == 0)
    desk.open_case("Child of the count")
    wait_for("a breach is counted", lambda: metrics(desk)['casewire_duties_total{event="breached"}'] == 1)
    now = metrics(desk)
    check("the case is overdue, and the child at high risk", now["casewire_cases_overdue"] == 1 and
          now['casewire_duties_total{event="risk_high"}'] == 1, now)


@story()
def a_refused_key_is_counted(lab):
    from curve import Closed, Curve, lab_key
    from nacl.public import PrivateKey

    server = bytes(lab_key(lab.path("north", "key")).public_key)
    check("none was refused", metrics(lab)["casewire_refused_keys_total"] == 0)
    try:
        Curve(lab.port("north", "listen_clients"), PrivateKey.generate(), server)
    except Closed:
        pass
    wait_for("it is counted", lambda: metrics(lab)["casewire_refused_keys_total"] == 1)
    reasons = {name: value for name, value in metrics(lab).items() if name.startswith("casewire_handshake_failures_total")}
    check("by its reason", reasons['casewire_handshake_failures_total{reason="unknown-key"}'] == 1 and
          reasons['casewire_handshake_failures_total{reason="wrong-key"}'] == 0, reasons)
    before, counted = len(lab.log("north")), metrics(lab)['casewire_handshake_failures_total{reason="down"}']
    lab.kill("west")
    wait_for("who is not there any more is counted too, each time",
             lambda: metrics(lab)['casewire_handshake_failures_total{reason="down"}'] > counted + 3)
    # Its net process, which ends a moment after it, may still have answered the first of them.
    lines = [line for line in lab.log("north")[before:].splitlines() if "net-link-down" in line]
    check("and not written each time, nor with a number that only libzmq knows",
          1 <= len(lines) <= 2 and not any(line.endswith(")") for line in lines), lines)


@story()
def each_refused_handshake_is_counted(lab):
    """Many at once, of one key and of more keys than a daemon tells apart: all are counted, and the journal says what it left out."""
    from curve import Closed, Curve, lab_key
    from nacl.public import PrivateKey

    server = bytes(lab_key(lab.path("north", "key")).public_key)
    keys = [PrivateKey.generate()] * 60 + [PrivateKey.generate() for _ in range(100)]
    let_in = []

    def knock(key):
        try:
            let_in.append(Curve(lab.port("north", "listen_clients"), key, server))
        except (Closed, TimeoutError):
            pass

    with concurrent.futures.ThreadPoolExecutor(len(keys)) as strangers:
        list(strangers.map(knock, keys))
    check("nobody was let in", not let_in)
    wait_for("all are counted", lambda: metrics(lab)["casewire_refused_keys_total"] == len(keys), seconds=60)
    wait_for("the journal says what it left out",
             lambda: re.search(r"net-refused: \d+ more of these were not written|\(and \d+ more before\)", lab.log("north")), seconds=60)


@story()
def readiness_is_honest(lab):
    check("it is alive", get(lab, "healthz")[0] == 200)
    status, body = get(lab, "readyz")
    check("it is ready", status == 200 and json.loads(body) == {"ok": True, "division": "NTH", "reasons": []}, body)
    wait_for("without its net process it is not, and says why", lambda: any(
        status == 503 and "not listening" in body for status, body in without_net(lab)))
    wait_for("with the next one it is again", lambda: get(lab, "readyz")[0] == 200)
    check("the loss was counted", metrics(lab)["casewire_net_process_lost_total"] >= 1)


def without_net(lab):
    """The net process is killed; what is answered until another listens. It may be so soon that nobody sees it: then once more."""
    before = metrics(lab)["casewire_net_process_lost_total"]
    os.kill(lab.net_pid("north"), signal.SIGKILL)
    while metrics(lab)["casewire_net_process_lost_total"] == before:
        check("it is alive all the while", get(lab, "healthz")[0] == 200)
    while (said := get(lab, "readyz"))[0] != 200:
        yield said


@story(smoke=False)
def a_full_disk_is_not_ready(lab):
    lab.tool("lab", "stop")
    path = lab.path("north", "casewired.conf")
    with open(path, encoding="utf-8") as file:
        plain = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(re.sub(r'low_water = ".*"', 'low_water = "1 TiB"', plain))
    with subprocess.Popen([DAEMON, "--config", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as daemon, ended(daemon):
        wait_for("the daemon answers", lambda: lab.tool("status", expect=None).returncode == 0)
        status, body = get(lab, "readyz")
        check("it says what is short", status == 503 and "nearly full" in body, body)
        check("in numbers too", metrics(lab)["casewire_store_low_on_space"] == 1)
        check("it is alive all the same", get(lab, "healthz")[0] == 200)
        daemon.terminate()
        check("it ends with 0", daemon.wait(30) == 0)


@story(smoke=False)
def the_loopback_may_be_asked_and_off_is_off(lab):
    lab.tool("lab", "stop")
    path = lab.path("north", "casewired.conf")
    with open(path, encoding="utf-8") as file:
        plain = file.read()
    for setting in ("tcp://127.0.0.1:24705", "off"):
        with open(path, "w", encoding="utf-8") as file:
            file.write(f'listen_metrics = "{setting}"\n{plain}')
        with subprocess.Popen([DAEMON, "--config", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as daemon, ended(daemon):
            wait_for("the daemon answers", lambda: lab.tool("status", expect=None).returncode == 0)
            if setting != "off":
                with urllib.request.urlopen("http://127.0.0.1:24705/metrics", timeout=20) as answer:
                    check("the loopback is answered", read_metrics(answer.read().decode())["casewire_ready"] == 1)
            check("there is no socket", not os.path.exists(os.path.join(lab.setting("north", "run_dir"), "metrics.sock")))
            daemon.terminate()
            check("it ends with 0", daemon.wait(30) == 0)


@story()
def a_daemon_that_waits_for_nothing_still_answers_while_others_are_slow(lab):
    slow = []
    for _ in range(12):
        asker = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        asker.connect(os.path.join(lab.setting("north", "run_dir"), "metrics.sock"))
        asker.sendall(b"GET /met")
        slow.append(asker)
    check("others are answered", get(lab, "readyz")[0] == 200)
    check("and officers too", lab.open_case("Child E")["held_by"] == 1)
    for asker in slow:
        asker.close()


# --- the doctor, and who is told ---------------------------------------------------------------------------------


def doctor(lab, *more, expect=0):
    words = [TOOL, "--json", "doctor", "--socket", os.path.join(lab.setting("north", "run_dir"), "admin.sock"), "--network",
             lab.path("north", "network"), "--config", lab.path("north", "casewired.conf"), *more]
    return json.loads(run(words, expect).stdout)


def of_check(said, name):
    return [c for c in said["checks"] if c["check"] == name]


@story()
def the_doctor_finds_what_is_wrong_and_says_what_to_do(lab):
    lab.open_case("Child F")
    lab.agree()
    said = doctor(lab)
    for name in ("settings", "clock", "daemon", "alarm", "peers", "doors", "disk", "map", "readers", "descriptors", "memlock", "certificate"):
        check(f"{name} was looked at", of_check(said, name), said)
    check("nothing fails", said["worst"] in ("ok", "warn") and all(c["state"] == "ok" for n in ("settings", "daemon", "doors", "disk", "peers")
                                                                   for c in of_check(said, n)), said)
    os.chmod(lab.path("north", "key"), 0o644)
    try:
        said = doctor(lab, expect=1)
    finally:
        os.chmod(lab.path("north", "key"), 0o600)
    check("a key that others may read fails", any(c["state"] == "fail" and "key" in c["text"] for c in of_check(said, "settings")), said)
    lab.kill("west")
    wait_for("a peer that is gone is told of", lambda: any("WST" in c["text"] and c["state"] == "fail" and c["fix"]
                                                           for c in of_check(doctor(lab, expect=None), "peers")))
    lab.kill("north")
    said = doctor(lab, expect=1)
    check("a daemon that is gone is the finding", of_check(said, "daemon")[0]["state"] == "fail", said)


def journal_line(event, priority, text, **fields):
    return json.dumps({"CASEWIRE_EVENT": event, "PRIORITY": str(priority), "MESSAGE": text, "CASEWIRE_DIVISION": "NTH", **fields}) + "\n"


def told(lab, hooks, lines, *more, expect=0):
    """What the hooks of the file wrote into `told` when these lines came."""
    path, out = os.path.join(lab.dir, "alerts"), os.path.join(lab.dir, "told")
    with open(path, "w", encoding="utf-8") as file:
        file.write(hooks.replace("TELL", os.path.join(lab.dir, "tell")))
    with open(os.path.join(lab.dir, "tell"), "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\nprintf \'%s|%s|%s|%s|\' "$CASEWIRE_ALERT_KIND" "$CASEWIRE_ALERT_EVENT" "$CASEWIRE_ALERT_PEER" "$1" >> {out}\n'
                   f"cat >> {out}\n")
    os.chmod(os.path.join(lab.dir, "tell"), 0o755)
    if os.path.exists(out):
        os.unlink(out)
    done = run([TOOL, "alert", "--hooks", path, "--from", "-", *more], expect, input="".join(lines))
    try:
        with open(out, encoding="utf-8") as file:
            return done, file.read().splitlines()
    except OSError:
        return done, []


@story()
def alerts_reach_whom_the_file_names(lab):
    lines = [journal_line("fork-proven", 1, "two seals", CASEWIRE_PEER="EST"), "no json at all\n", journal_line("peer-in-step", 6, "x"),
             journal_line("net-refused", 4, "a key; $(touch x)"), journal_line("net-refused", 4, "a key again"),
             journal_line("duty-breached", 4, "MC/1: M8", CASEWIRE_ROLES="SUP, INSP"), json.dumps({"CASEWIRE_EVENT": "z" * 70000}) + "\n",
             json.dumps({"MESSAGE_ID": "d9b373ed55a64feb8242e02dbe79a49c", "UNIT": "casewired@north.service", "PRIORITY": "4",
                         "MESSAGE": "Failed with result 'exit-code'."}) + "\n", journal_line("digest-differs", 1, "case 12ab")]
    done, said = told(lab, "fork,key TELL admins\nduty:INSP TELL inspector\nduty:SUPT TELL superintendent\nalarm TELL alarms\ndaemon TELL admins\n", lines)
    check("each line that concerns somebody is told once", said == [
        "fork|fork-proven|EST|admins|two seals", "key|net-refused||admins|a key; $(touch x)", "duty|duty-breached||inspector|MC/1: M8",
        "daemon|unit-failed||admins|Failed with result 'exit-code'.", "alarm|digest-differs||alarms|case 12ab"], (said, done.stderr))
    done, said = told(lab, "any /bin/false\nany TELL all\n", lines[:1])
    check("one that fails is reported, and the next is run", "ended with 1: /bin/false" in done.stderr and len(said) == 1, (said, done.stderr))
    done, _ = told(lab, "fork mail -s x\n", [], expect=78)
    check("a file that is wrong is refused with its line", "line 1" in done.stderr, done.stderr)
    done, _ = told(lab, "fork mail\nfork TELL\nduty:ZZ TELL\n", [], expect=78)
    check("and with each of them", "line 1" in done.stderr and "line 3" in done.stderr and "is no role" in done.stderr, done.stderr)
    for hooks in ("", "# nobody\n", "fork /no/such/program\n", "fork TELL\nany /etc/passwd\n", "fork /tmp\n"):
        done, _ = told(lab, hooks, [], expect=78)
        check("a file by which nobody would be told is refused", "who is told" in done.stderr or "cannot be run" in done.stderr, done.stderr)
    with open(os.path.join(lab.dir, "alerts"), "w", encoding="utf-8") as file:
        file.write("any /bin/true\n")
    done = run([TOOL, "alert", "--hooks", os.path.join(lab.dir, "alerts"), "--from", "/no/such/file"], 1)
    check("lines that cannot be opened, too, and why", "No such file" in done.stderr, done.stderr)


@story()
def lag_and_a_daemon_that_is_gone_are_told_of(lab):
    lab.open_case("Child G")
    lab.agree()
    lab.kill("west")
    lab.open_case("Child H")
    wait_for("west lacks something", lambda: metrics(lab)['casewire_replication_lag_seconds{peer="WST"}'] > 1)
    where = ["--metrics", os.path.join(lab.setting("north", "run_dir"), "metrics.sock")]
    _, said = told(lab, "lag TELL x\ndaemon TELL y\n", [], *where, "--lag", "1s")
    check("it is told who lacks what is how old", len(said) == 1 and said[0].startswith("lag|lag|WST|x|WST lacks what was written here"), said)


@story(smoke=False)
def alerts_and_the_doctor_look_where_the_settings_say(lab):
    lab.tool("lab", "stop")
    path, place, os.environ["CW_WATCH"] = lab.path("north", "casewired.conf"), "tcp://127.0.0.1:${CW_WATCH}", "24706"
    with open(path, encoding="utf-8") as file:
        plain = file.read()
    for where in (place, "off"):
        with open(path, "w", encoding="utf-8") as file:
            file.write(f'listen_metrics = "{where}"\n' + re.sub(r'low_water = ".*"', 'low_water = "1 TiB"', plain))
        with subprocess.Popen([DAEMON, "--config", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as daemon, ended(daemon):
            wait_for("the daemon answers", lambda: lab.tool("status", expect=None).returncode == 0)
            said = doctor(lab, expect=None)
            check("the doctor asks there, or looks at the disk itself", of_check(said, "disk"), said)
            check("or says that nobody may", bool(of_check(said, "metrics")) == (where == "off"), said)
            _, heard = told(lab, "disk TELL x\n", [], "--metrics", os.path.expandvars(place))
            check("alerts ask there", len(heard) == (1 if where == place else 0), heard)
            daemon.terminate()
            check("it ends with 0", daemon.wait(30) == 0)


# --- why a peer is not there ---------------------------------------------------------------------------------------


def why(lab, division):
    rows = lab.ask("peers")["rows"]
    return next((r.get("why_code", "in step") for r in rows if r["division"] == division), "unknown")


def point_at(lab, section, **changes):
    """Settings of north with another address or key of one peer, taken by a reload."""
    path = lab.path("north", "casewired.conf")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    begin = text.index(f'peer "{section}"')
    end = text.index("}", begin)
    part = text[begin:end]
    for name, value in changes.items():
        part = re.sub(rf'{name} *= *"[^"]*"', f'{name} = "{value}"', part)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text[:begin] + part + text[end:])
    lab.tool("reload", "--socket", os.path.join(lab.setting("north", "run_dir"), "admin.sock"), "--network", lab.path("north", "network"))


@story(smoke=False)
def peers_says_exactly_what_is_wrong(lab):
    other = Lab(os.path.join(lab.dir, "another"))
    os.makedirs(os.path.join(lab.dir, "another"))
    lab.kill("east")
    wait_for("its daemon is not running", lambda: why(lab, "EST") == "down")
    point_at(lab, "east", address="tcp://127.0.0.1:%d" % lab.port("west", "listen_peers"))
    wait_for("whoever listens there holds another key", lambda: why(lab, "EST") == "wrong-key")
    try:
        other.start()
        key = bytes(lab_public(other.path("east", "key"))).hex()
        point_at(lab, "east", address="tcp://127.0.0.1:%d" % other.port("east", "listen_peers"), curve_key=key)
        wait_for("the key of another network is not the one in its certificate", lambda: why(lab, "EST") == "other-key")
        row = next(r for r in lab.ask("peers")["rows"] if r["division"] == "EST")
        check("the right one is said", bytes(lab_public(lab.path("east", "key"))).hex() in row["why"], row)
    finally:
        other.stop()


def lab_public(path):
    from curve import lab_key

    return lab_key(path).public_key
