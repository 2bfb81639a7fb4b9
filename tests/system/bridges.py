"""Bridges to the real servers: nats-server with JetStream, PostgreSQL. Everything is killed in mid-stream."""

import base64
import json
import os
import pwd
import random
import signal
import socket
import subprocess
import threading
import time

from readers import Unit, nothing_is_missing, officers_until, wait_for
from world import BUILD, DIVISIONS, check, run

STORIES = []


class Nats:
    """A server with JetStream, and as much of its protocol as asking needs."""

    def __init__(self, folder):
        self.folder, self.process = os.path.join(folder, "nats"), None

    def start(self):
        self.process = subprocess.Popen(["nats-server", "-a", "127.0.0.1", "-p", "4222", "-js", "-sd", self.folder],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for("nats answers", lambda: "error" not in self.ask("INFO"))

    def kill(self, how=signal.SIGKILL):
        self.process.send_signal(how)
        self.process.wait(20)

    def ask(self, api, **body):
        text = json.dumps(body).encode() if body else b""
        try:
            with socket.create_connection(("127.0.0.1", 4222), 5) as line, line.makefile("rb") as answers:
                line.sendall(b'CONNECT {"verbose":false}\r\nSUB answer 1\r\nPUB $JS.API.%s answer %d\r\n%s\r\n'
                             % (api.encode(), len(text), text))
                for answer in answers:
                    if answer.startswith(b"MSG"):
                        return json.loads(answers.read(int(answer.split()[-1])))
        except OSError as error:
            return {"error": str(error)}
        return {"error": "no answer"}

    def messages(self, stream="casewire"):
        """(subject, body) of all that the stream holds, in order."""
        state = self.ask(f"STREAM.INFO.{stream}")["state"]
        for seq in range(state["first_seq"], state["last_seq"] + 1):
            found = self.ask(f"STREAM.MSG.GET.{stream}", seq=seq)
            if "message" in found:  # else an earlier cursor, rolled up
                yield found["message"]["subject"], base64.b64decode(found["message"].get("data", ""))


class Postgres:
    def __init__(self, folder):
        self.folder, self.data, self.process = folder, os.path.join(folder, "pg"), None
        at = "/usr/lib/postgresql"
        self.programs = os.path.join(at, max(os.listdir(at), key=int), "bin")
        self.as_user = self.another_user()

    def another_user(self):
        """The server does not run as root, nor as who looks like it."""
        os.mkdir(self.data, 0o700)
        if open("/proc/self/uid_map", encoding="utf-8").read().split()[1] != "0":
            return ["unshare", "--user", "--map-user=65534"]
        user = pwd.getpwnam("postgres")
        os.chown(self.data, user.pw_uid, user.pw_gid)
        os.chmod(self.folder, 0o755)
        return ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]

    def start(self):
        if not os.listdir(self.data):
            run([*self.as_user, os.path.join(self.programs, "initdb"), "-D", self.data, "-A", "trust", "-U", "postgres",
                 "--no-locale", "-E", "UTF8"])
        self.process = subprocess.Popen([*self.as_user, os.path.join(self.programs, "postgres"), "-D", self.data, "-k", "",
                                         "-c", "listen_addresses=127.0.0.1"], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, start_new_session=True)
        wait_for("postgres answers", lambda: self.ask("select 1", expect=None) == ["1"], 60)

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)
        wait_for("nothing of it is left", lambda: self.ask("select 1", expect=None) == [])

    def ask(self, what, expect=0):
        done = run([os.path.join(self.programs, "psql"), "-h", "127.0.0.1", "-U", "postgres", "-At", "-c", what, "postgres"],
                   expect)
        return done.stdout.split("\n")[:-1]


class Bridged(Unit):
    """A lab with a regional unit, and the servers."""

    def start(self):
        super().start()
        self.servers, self.bridges = [], []
        return self

    def serve(self, server):
        self.servers.append(server)
        server.start()
        return server

    def bridge(self, *words):
        with open(os.path.join(self.base, "bridge.err"), "ab") as err:
            bridge = subprocess.Popen([os.path.join(BUILD, "bridges", words[0]), "--home", self.unit, *words[1:]],
                                      stdout=err, stderr=err, stdin=subprocess.DEVNULL)
        self.bridges.append(bridge)
        return bridge

    def said(self):
        with open(os.path.join(self.base, "bridge.err"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def stop(self):
        for process in self.bridges + [server.process for server in self.servers]:
            if process.poll() is None:
                process.kill()
                process.wait(20)
        super().stop()


def story(smoke=False):
    def keep(function):
        STORIES.append((function.__name__, function, smoke, Bridged))
        return function
    return keep


def to_nats(lab, *words):
    return lab.bridge("casewire-to-nats", "--start", "beginning", "--records", *words)


def to_postgres(lab, *words):
    return lab.bridge("casewire-to-postgres", "--database", "postgresql://postgres@127.0.0.1/postgres", "--start",
                      "beginning", "--records", *words)


def ends_well(bridge):
    check("the bridge ends by itself", bridge.wait(90) == 0, str(bridge.returncode))


def refused_at(lab, begin, way_out):
    """The cursor that is kept there is another reader's."""
    other = lab.reader("another")
    lab.at("north", home=other)
    check("another reader's cursor ends it", begin(lab, "--home", other).wait(30) == 1)
    check("it says why, and the way out", "another reader" in lab.said() and way_out in lab.said(), lab.said())


def everybody_dies(lab, server, begin, rounds, seed):
    """Officers work; bridge, server and daemon are killed at any moment; then the bridge is let finish."""
    draw, stop = random.Random(seed), threading.Event()
    work = threading.Thread(target=officers_until, args=(lab, stop))
    work.start()
    try:
        for i in range(rounds):
            lab.at(DIVISIONS[i % 3], DIVISIONS[(i + 1) % 3])
            bridge = begin(lab)
            time.sleep(0.3 + draw.random())
            if i % 3 == 1:
                server.kill()
                server.start()
                time.sleep(0.6 + draw.random())
            if i % 3 == 2:
                lab.kill(DIVISIONS[i % 3])
                time.sleep(draw.random())
                lab.tool("lab", "restart", DIVISIONS[i % 3], "--dir", lab.dir)
            bridge.kill()
            bridge.wait()
    finally:
        stop.set()
        work.join()
    lab.agree()
    ends_well(begin(lab, "--exit-at-end"))


def holds_once(server, truth):
    """Each op once as it was first told; what was told again of it says something else."""
    seen, said = [], set()
    for subject, body in server.messages():
        if subject == "casewire.cursor":
            continue
        item = json.loads(body)
        check("the subject names the item", item["id"] in subject, subject)
        if subject.startswith(("casewire.op.", "casewire.record.")):
            seen.append(item["id"])
        content = json.dumps([item["id"], item["why"], item.get("op", {}).get("verdict"), item.get("op", {}).get("what"),
                              item.get("case", {}).get("op_count") if "op" not in item else None])
        check("nothing is said twice", "again" in subject or content not in said, content)
        said.add(content)
    check("nothing is there twice", len(seen) == len(set(seen)), f"{len(seen)} {len(set(seen))}")
    nothing_is_missing(seen, truth)


@story()
def nats_has_everything_once_whoever_is_killed(lab):
    server = lab.serve(Nats(lab.base))
    everybody_dies(lab, server, to_nats, 9, 11)
    lab.at("north")
    holds_once(server, lab.truth("--records"))


@story()
def postgres_has_everything_once_whoever_is_killed(lab):
    server = lab.serve(Postgres(lab.base))
    everybody_dies(lab, server, to_postgres, 9, 12)
    lab.at("north")
    truth = lab.truth("--records")
    nothing_is_missing(server.ask("select id from casewire.events order by position"), truth)
    rows = server.ask("select case_id, reference, status, risk, title, op_count from casewire.cases order by case_id")
    shown = [json.loads(line)["case"] for line in lab.feed("--snapshot", "--exit-at-end", "--json").stdout.splitlines()]
    wanted = sorted("|".join((c["case_id"], c["human_ref"], c["status"], c["risk"], c["title"], str(c["op_count"])))
                    for c in shown)
    check("cases are as they are", rows == wanted, f"{len(rows)} {len(wanted)}")


@story()
def nats_is_told_of_what_changes_and_asked_where_it_stands(lab):
    server = lab.serve(Nats(lab.base))
    lab.at("north")
    case = lab.open_case("Child N")["case_id"]
    lab.agree()
    ends_well(to_nats(lab, "--exit-at-end"))
    before = list(server.messages())
    check("the cursor is the last", before[-1][0] == "casewire.cursor" and len(before[-1][1]) > 0)
    ends_well(to_nats(lab, "--exit-at-end"))
    check("level: nothing is added", list(server.messages()) == before)
    bridge = to_nats(lab)
    lab.tool("case", "set", case, "summary=Running text of the quay.")  # stays in the force
    lab.tool("case", "add", case, "tags=harbour")
    wait_for("it is told", lambda: any(b"harbour" in body for _, body in server.messages()))
    bridge.send_signal(signal.SIGTERM)
    check("a signal ends it well", bridge.wait(20) == 0)
    one = [json.loads(body) for subject, body in server.messages() if subject != "casewire.cursor" and b"harbour" in body]
    check("without running text", not any(b"quay" in body for _, body in server.messages()))
    check("once, with its case", len(one) == 1 and one[0]["case"]["case_id"] == case, str(one))
    check("and who said it", one[0]["op"]["division"] == "NTH" and one[0]["op"]["verdict"] == "effective", str(one))
    bridge = to_nats(lab, "--stream", "other", "--prefix", "casewire")
    wait_for("a stream of the same subjects is no stream", lambda: "other:" in lab.said())
    bridge.kill()
    refused_at(lab, to_nats, "--stream OTHER")
    for words in (["--prefix", "a..b"], ["--start", "sometime"], ["--kind", "teapot"], ["--no-such"], ["word"]):
        check(f"{words} is not understood", to_nats(lab, *words).wait(20) == 2)


def refused_for(lab, bridge, *wrong):
    refusals = len(lab.said().split("the feed is refused")) if lab.bridges else 1
    check("the bridge ends", bridge(lab, *wrong).wait(30) == 1, " ".join(wrong))
    check("it says why", len(lab.said().split("the feed is refused")) == refusals + 1, lab.said())


@story()
def a_bridge_asked_for_what_there_is_not_ends_and_says_so(lab):
    lab.tool("case", "open", "operation", "title=Operation Larkspur")
    lab.settle()
    lab.at("north")
    for server, bridge in ((Nats, to_nats), (Postgres, to_postgres)):
        lab.serve(server(lab.base))
        refused_for(lab, bridge, "--operation", "Operation Larskpur")
        check("the operation is named", "Operation Larskpur" in lab.said(), lab.said())
        refused_for(lab, bridge, "--division", "NTX")
        ends_well(bridge(lab, "--operation", "operation larkspur", "--exit-at-end"))
        refused_for(lab, bridge, "--operation", "Operation Larskpur")


@story()
def postgres_refuses_two_bridges_of_one_name(lab):
    server = lab.serve(Postgres(lab.base))
    lab.at("north")
    lab.open_case("Child P")
    lab.agree()
    first, second = to_postgres(lab), to_postgres(lab)
    wait_for("it is there", lambda: server.ask("select count(*) from casewire.cases", expect=None) == ["1"])
    lab.open_case("Child Q")
    wait_for("so is the next", lambda: server.ask("select count(*) from casewire.cases", expect=None) == ["2"])
    for i in range(60):  # the slower of them may be told of a case only after the faster wrote it
        if "another bridge" in lab.said():
            break
        lab.open_case(f"Child R {i}")
    check("one of them noticed the other", "another bridge" in lab.said())
    check("making the tables was no race", "refuses" not in lab.said(), lab.said())
    first.terminate()
    second.terminate()
    check("both end well", first.wait(20) == 0 and second.wait(20) == 0)
    ends_well(to_postgres(lab, "--exit-at-end"))
    nothing_is_missing(server.ask("select id from casewire.events order by position"), lab.truth("--records"))
    ends_well(to_postgres(lab, "--exit-at-end", "--name", "reports", "--schema", "reports", "--kind", "ocg"))
    check("another name has its own place, and its own choice",
          server.ask("select count(*) from reports.cases") == ["0"])
    lab.tool("operation", "open", "title=Café £ crew")
    server.ask("create database latin encoding 'LATIN1' template template0")
    done = lab.bridge("casewire-to-postgres", "--database", "postgresql://postgres@127.0.0.1/latin")
    wait_for("a database that cannot hold every text is refused", lambda: "encoding is LATIN1" in lab.said())
    done.kill()
    done = lab.bridge("casewire-to-postgres", "--database", "postgresql://postgres@127.0.0.1/postgres?client_encoding=LATIN1",
                      "--schema", "letters", "--start", "beginning", "--exit-at-end")
    check("another encoding of the connection changes nothing", done.wait(60) == 0, lab.said())
    check("each letter arrives", "Café £ crew" in server.ask("select title from letters.cases"))
    refused_at(lab, to_postgres, "--name OTHER")
    check("a schema that needs quotes is refused", to_postgres(lab, "--schema", "Case Wire").wait(20) == 2)
    done = lab.bridge("casewire-to-postgres", "--database", "postgresql://postgres@127.0.0.1:1/postgres")
    wait_for("no server is said", lambda: "no connection" in lab.said())
    done.kill()
