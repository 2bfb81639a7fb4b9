# SPDX-License-Identifier: Apache-2.0
"""Redis, NATS, PostgreSQL and OpenLDAP as private instances: in a scratch folder, on loopback, ended afterwards.

Each has a first instance that is written to, and a second one that copies it once catch_up() has started that.
"""

import contextlib
import json
import os
import pwd
import shutil
import socket
import subprocess
import time

from settings import count, program

PAYLOAD = count("PAYLOAD", 512, 512)
LOAD_SECONDS = count("PEER_SECONDS", 2, 1)
LOAD_COUNT = count("PEER_COUNT", 1000000, 200)
LIVE_COUNT = count("LIVE_COUNT", 500, 20)
LIVE_PAUSE_US = count("LIVE_PAUSE_US", 2000, 2000)
WAIT_SECONDS = 300


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(true, what, pause=0.01):
    """Asks again and again; returns the moment at which it was so."""
    end = time.monotonic() + WAIT_SECONDS
    while True:
        with contextlib.suppress(OSError):
            if true():
                return time.monotonic()
        if time.monotonic() > end:
            raise RuntimeError("%s: it took too long" % what)
        time.sleep(pause)


class System:
    """What all have in common. `durable` and `copied` say what an acknowledgement and a copy mean here."""

    name = durable = copied = ""

    def __init__(self, folder):
        self.folder = os.path.join(folder, self.name)
        os.mkdir(self.folder, 0o755)
        self.ports = [free_port(), free_port()]
        self.processes = []
        self.copying = False

    def spawn(self, *command, **more):
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.processes.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **more))

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def bench(self, what, *words):
        done = subprocess.run([program("bench_peers"), self.name, what, *[str(word) for word in words]], check=True,
                              stdout=subprocess.PIPE, text=True, timeout=300)
        return json.loads(done.stdout)

    def load(self, clients, in_flight, writes=LOAD_COUNT, seconds=LOAD_SECONDS):
        return self.bench("load", self.ports[0], clients, in_flight, writes, seconds, PAYLOAD)

    def live(self):
        return self.bench("live", *self.ports, LIVE_COUNT, LIVE_PAUSE_US, PAYLOAD)

    def fill(self, wanted):
        """Until the first instance holds so many."""
        have = self.held(0)
        if have < wanted:
            self.load(1, 256, wanted - have, WAIT_SECONDS)

    def catch_up(self, wanted):
        self.fill(wanted)
        held = self.held(0)
        before = time.monotonic()
        self.start_second()
        self.copying = True
        took = until(lambda: self.has_all(held), self.name + " catches up", 0.02) - before
        return {"rate": held / took, "entries": held, "seconds": took}

    def begin_copying(self):
        """The second instance follows the first from now on."""
        if not self.copying:
            self.catch_up(1)

    def has_all(self, held):
        return self.held(1) == held


class Redis(System):
    name = "redis"
    durable = "fdatasync before the reply (appendfsync always)"
    copied = "a memory snapshot, held in memory; the copy's own file is written after it is visible"

    def start(self):
        for port in self.ports:
            folder = os.path.join(self.folder, str(port))
            os.mkdir(folder)
            self.spawn("redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "yes",
                       "--appendfsync", "always", "--repl-diskless-sync-delay", "0", "--auto-aof-rewrite-percentage", "0")
            until(lambda p=port: self.ask(p, "PING") == "+PONG", "redis starts")

    def ask(self, port, *words):
        with socket.create_connection(("127.0.0.1", port), 10) as s:
            s.sendall((" ".join(words) + "\r\n").encode())
            return s.recv(4096).decode().split("\r\n")[0]

    def held(self, which):
        answer = self.ask(self.ports[which], "XLEN", "bench")
        return int(answer[1:]) if answer.startswith(":") else 0  # while the copy is loaded: -LOADING

    def start_second(self):
        self.ask(self.ports[1], "REPLICAOF", "127.0.0.1", str(self.ports[0]))


class Nats(System):
    name = "nats"
    durable = "in the page cache: this version has no setting that flushes before the acknowledgement"
    copied = "a mirror over a leaf node, message by message, in the page cache"

    def start(self):
        leaf = free_port()
        for which, (port, domain) in enumerate(zip(self.ports, "ab")):
            config = os.path.join(self.folder, domain + ".conf")
            with open(config, "w", encoding="ascii") as f:
                f.write('listen: "127.0.0.1:%d"\nserver_name: %s\n' % (port, domain))
                f.write('jetstream { store_dir: "%s", domain: %s }\n' % (os.path.join(self.folder, domain), domain))
                f.write('leafnodes { listen: "127.0.0.1:%d" }\n' % leaf if which == 0 else
                        'leafnodes { remotes: [ { url: "nats://127.0.0.1:%d" } ] }\n' % leaf)
            self.spawn("nats-server", "-c", config)
            until(lambda p=port: "error" not in self.ask(p, "INFO"), "nats starts", 0.1)
        self.ask(self.ports[0], "STREAM.CREATE.BENCH", {"name": "BENCH", "subjects": ["bench.written"], "storage": "file"})

    def ask(self, port, call, body=None):
        """One request to the JetStream API."""
        data = json.dumps(body).encode() if body else b""
        with socket.create_connection(("127.0.0.1", port), 10) as s, s.makefile("rwb") as f:
            f.readline()  # INFO
            f.write(b'CONNECT {"verbose":false}\r\nSUB _ask 1\r\nPUB $JS.API.%s _ask %d\r\n%s\r\n' % (call.encode(), len(data), data))
            f.flush()
            line = f.readline().split()
            while line[0] != b"MSG":
                line = f.readline().split()
            return json.loads(f.read(int(line[-1])))

    def held(self, which):
        info = self.ask(self.ports[which], "STREAM.INFO." + ("BENCH", "MIRROR")[which])
        return info["state"]["messages"]

    def start_second(self):
        made = self.ask(self.ports[1], "STREAM.CREATE.MIRROR", {"name": "MIRROR", "storage": "file", "mirror": {
            "name": "BENCH", "external": {"api": "$JS.a.API", "deliver": ""}}})
        if "error" in made:
            raise RuntimeError("nats: %s" % made["error"])

    def live(self):
        self.ask(self.ports[1], "CONSUMER.DURABLE.CREATE.MIRROR.told", {"stream_name": "MIRROR", "config": {
            "durable_name": "told", "deliver_subject": "bench.told", "ack_policy": "none", "deliver_policy": "new"}})
        try:
            return super().live()
        finally:
            self.ask(self.ports[1], "CONSUMER.DELETE.MIRROR.told")


class Postgres(System):
    name = "postgres"
    durable = "write-ahead log flushed for each commit"
    copied = "logical replication: a COPY of the table, then applied and flushed transaction by transaction"

    def start(self):
        binaries = os.path.join("/usr/lib/postgresql", max(os.listdir("/usr/lib/postgresql"), key=int), "bin")
        as_user = self.become()
        for port in self.ports:
            data = os.path.join(self.folder, str(port))
            subprocess.run([*as_user, os.path.join(binaries, "initdb"), "-D", data, "-A", "trust", "-U", "postgres", "--no-locale", "-E",
                            "UTF8"], check=True, stdout=subprocess.DEVNULL, cwd=self.folder)
            self.spawn(*as_user, os.path.join(binaries, "postgres"), "-D", data, "-p", str(port), "-k", self.folder, "-c",
                       "listen_addresses=127.0.0.1", "-c", "wal_level=logical", "-c", "wal_retrieve_retry_interval=50ms", "-c",
                       "max_connections=64", cwd=self.folder)
            until(lambda p=port: self.ask(p, "select 1") == ["1"], "postgres starts", 0.1)
            self.ask(port, "create table bench (id bigserial primary key, client int, number bigint, body text)")
            self.ask(port, "create index on bench (client, number)" if port == self.ports[1] else "create publication p for table bench")

    def become(self):
        """PostgreSQL will not run as root."""
        if os.getuid() != 0:
            return []
        user = pwd.getpwnam("postgres")
        os.chown(self.folder, user.pw_uid, user.pw_gid)
        return ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]

    def ask(self, port, query):
        """First column of each row, over the simple query protocol."""
        with socket.create_connection(("127.0.0.1", port), WAIT_SECONDS) as s, s.makefile("rwb") as f:
            start = b"\0\3\0\0user\0postgres\0database\0postgres\0\0"
            f.write((len(start) + 4).to_bytes(4, "big") + start)
            text = query.encode() + b"\0"
            f.write(b"Q" + (len(text) + 4).to_bytes(4, "big") + text)
            f.flush()
            rows, ready = [], 0
            while ready < 2:
                head = f.read(5)
                if len(head) < 5:
                    raise OSError("the connection is gone")
                body = f.read(int.from_bytes(head[1:], "big") - 4)
                if head[:1] == b"E":
                    if b"starting up" in body:
                        raise OSError("not yet")
                    raise RuntimeError("postgres: %s" % body.replace(b"\0", b" ").decode())
                ready += head[:1] == b"Z"
                if head[:1] == b"D":
                    rows.append(body[6:6 + int.from_bytes(body[2:6], "big", signed=True)].decode())
            return rows

    def held(self, which):
        return int(self.ask(self.ports[which], "select count(*) from bench")[0])

    def fill(self, wanted):
        have = self.held(0)
        if have < wanted:
            self.ask(self.ports[0], "insert into bench (client, number, body) select -1, g, repeat('-', %d) from generate_series(1, %d) g" %
                     (PAYLOAD, wanted - have))

    def start_second(self):
        self.ask(self.ports[1], "create subscription s connection 'host=127.0.0.1 port=%d user=postgres dbname=postgres' publication p "
                                "with (synchronous_commit = on)" % self.ports[0])

    def has_all(self, held):
        return self.ask(self.ports[1], "select srsubstate from pg_subscription_rel") == ["r"] and self.held(1) == held


CONFIG = """include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload syncprov
pidfile {folder}/{n}/pid
serverID {n}
threads 16
database mdb
suffix dc=bench
rootdn cn=admin,dc=bench
rootpw bench
directory {folder}/{n}
maxsize 4294967296
index objectClass,entryCSN,entryUUID,cn eq
limits * size=unlimited time=unlimited
syncrepl rid=00{n} provider=ldap://127.0.0.1:{other} type=refreshAndPersist retry="1 +" searchbase=dc=bench
 bindmethod=simple binddn=cn=admin,dc=bench credentials=bench
multiprovider on
overlay syncprov
syncprov-sessionlog 100000
"""
SUFFIX = "dn: dc=bench\nobjectClass: dcObject\nobjectClass: organization\ndc: bench\no: bench\n"


class Ldap(System):
    name = "ldap"
    durable = "one LMDB commit, flushed, for each add; writers are not grouped"
    copied = "refreshAndPersist between two providers, one flushed commit for each entry"

    def start(self):
        for n in (1, 2):
            os.mkdir(os.path.join(self.folder, str(n)))
            with open(self.config(n), "w", encoding="ascii") as f:
                f.write(CONFIG.format(folder=self.folder, n=n, other=self.ports[2 - n]))
        subprocess.run(["slapadd", "-f", self.config(1), "-w"], input=SUFFIX, text=True, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        self.serve(1)

    def config(self, n):
        return os.path.join(self.folder, "%d.conf" % n)

    def serve(self, n):
        self.spawn("slapd", "-f", self.config(n), "-h", "ldap://127.0.0.1:%d" % self.ports[n - 1], "-d", "0")
        until(lambda: self.ask(n - 1, "-s", "base", "-b", "", "namingContexts") is not None, "slapd starts", 0.1)

    def ask(self, which, *words):
        done = subprocess.run(["ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=no", "-H", "ldap://127.0.0.1:%d" % self.ports[which], *words],
                              check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return done.stdout if done.returncode == 0 else None

    def held(self, which):
        return (self.ask(which, "-b", "dc=bench", "(objectClass=device)", "1.1") or "").count("dn: ")

    def start_second(self):
        self.serve(2)

    def place(self, which):
        """The change number up to which it has everything: set when a refresh is complete."""
        answer = self.ask(which, "-s", "base", "-b", "dc=bench", "contextCSN") or ""
        return sorted(line for line in answer.splitlines() if line.startswith("contextCSN"))

    def has_all(self, held):
        time.sleep(0.05)
        return self.place(1) == self.place(0) and self.held(1) == held


def all_systems():
    return [Redis, Nats, Postgres, Ldap]


def missing():
    """Programs that are not installed."""
    found = [name for name in ("redis-server", "nats-server", "slapd", "ldapsearch") if shutil.which(name) is None]
    return found + ([] if os.path.isdir("/usr/lib/postgresql") else ["postgresql"])
