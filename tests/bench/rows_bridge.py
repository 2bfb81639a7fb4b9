# SPDX-License-Identifier: Apache-2.0
"""Bridges: a feed from its beginning into a real server, to the last item written there."""

import os
import shutil
import subprocess
import time

import peer_systems
from figures import Runs, say
from lab import Lab
from settings import BUILD, REPEAT, count, wanted

ENTRIES = count("BRIDGE_ENTRIES", 20000, 200)


def nats(server, number):
    """Each run has its own stream: what was written before is not written again."""
    return ["casewire-to-nats", "--server", "nats://127.0.0.1:%d" % server.ports[0], "--stream", "run%d" % number, "--prefix", "run%d" % number]


def postgres(server, number):
    return ["casewire-to-postgres", "--database", "postgresql://postgres@127.0.0.1:%d/postgres" % server.ports[0], "--schema", "run%d" % number,
            "--name", "run%d" % number]


BRIDGES = {"bridge_nats": (peer_systems.Nats, nats), "bridge_postgres": (peer_systems.Postgres, postgres)}


def carry(lab, entries, program, *words):
    begun = time.monotonic()
    subprocess.run([os.path.join(BUILD, "bridges", program), "--home", lab.who("officer"), "--start", "beginning", "--records", "--exit-at-end", *words],
                   check=True, timeout=600)
    seconds = time.monotonic() - begun
    return {"rate": entries / seconds, "seconds": seconds}


def run(folder):
    names = [name for name in BRIDGES if wanted(name)]
    if not names:
        return
    say(", ".join(names))
    with Lab(folder, "bridge") as lab:
        lab.fill(max(10, ENTRIES // 100), ENTRIES)
        lab.calm()
        entries = lab.entries()
        for name in names:
            system, words = BRIDGES[name]
            place = os.path.join(folder, name)
            os.mkdir(place)
            os.chmod(folder, 0o711)  # the server runs as somebody else
            os.chmod(place, 0o711)
            server = system(place)
            try:
                server.start()
                runs = Runs(lab.dir, [], lambda s=server, w=words, at=iter(range(1000)): carry(lab, entries, *w(s, next(at))), min(REPEAT, 3))
                runs.figure(name, "rate", "events/s", entries=entries)
            finally:
                server.stop()
                shutil.rmtree(place, ignore_errors=True)
