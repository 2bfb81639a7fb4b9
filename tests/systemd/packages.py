# SPDX-License-Identifier: Apache-2.0
"""The Debian packages: installed, used, installed over themselves, removed, purged. Run by tests/systemd/boot, as root of the container."""

import glob
import os
import re
import shutil
import subprocess
import sys

UNIT = "casewired@north"
passed = failed = 0


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=400)


def check(what, holds, why=""):
    global passed, failed
    print("%s %s" % ("ok  " if holds else "FAIL", what))
    passed, failed = passed + bool(holds), failed + (not holds)
    if not holds:
        print("     " + str(why).strip().replace("\n", "\n     "))


def pid():
    return run("systemctl", "show", "--value", "--property=MainPID", UNIT).stdout.strip()


def files_of(*packages):
    """Whatever the packages put there and is still there; folders that others use too do not count."""
    return [f for p in packages for f in listed[p] if os.path.isfile(f)]


def as_before(package, folder):
    """The same package as an earlier version of itself: what is upgraded from."""
    tree = os.path.join(folder, "tree")
    run("dpkg-deb", "--raw-extract", package, tree)
    with open(tree + "/DEBIAN/control", encoding="utf-8") as file:
        text = file.read()
    version = re.search(r"(?m)^Version: (.*)$", text).group(1)
    with open(tree + "/DEBIAN/control", "w", encoding="utf-8") as file:
        file.write(re.sub(r"(?<![\d.])%s(?![\d.])" % re.escape(version), version + "~before", text))
    with open(glob.glob(tree + "/usr/share/doc/*")[0] + "/of-before", "w", encoding="utf-8"):
        pass
    made = os.path.join(folder, os.path.basename(package))
    done = run("dpkg-deb", "--root-owner-group", "--build", tree, made)
    shutil.rmtree(tree)
    if done.returncode != 0:
        raise SystemExit(done.stdout)
    return made


packages = sorted(p for p in glob.glob("/root/packages/*.deb") if "dbgsym" not in p)
os.makedirs("/root/before", exist_ok=True)
before_them = [as_before(p, "/root/before") for p in packages]
names = [os.path.basename(p).split("_")[0] for p in packages]
done = run("dpkg", "--install", *before_them)
check("five packages are installed, of an earlier version, with nothing but what they name", done.returncode == 0 and len(packages) == 5, done.stdout)
listed = {n: run("dpkg", "--listfiles", n).stdout.split("\n") for n in names}
check("the group is made, and the folder of settings", run("getent", "group", "casewire").returncode == 0 and os.path.isdir("/etc/casewire"))
check("nothing is started", run("systemctl", "list-units", "--no-legend", "casewired@*").stdout.strip() == "")
done = run("python3", "/root/tests/manual.py", "packages")
check("docs/operations.md can be followed", done.returncode == 0, done.stdout)
done = run("/usr/bin/python3", "-c", "import casewire; print(casewire.__name__)")
check("the Python package finds its library", done.returncode == 0, done.stdout)
done = run("sh", "-c", "echo '#include <casewire/casewire.h>\nint main(void) { return cw_err_name(CW_OK) == 0; }' > /tmp/p.c && "
           "cc /tmp/p.c -o /tmp/p $(pkg-config --cflags --libs casewire) && /tmp/p")
check("a program is built on the library", done.returncode == 0, done.stdout)

def versions():
    return run("dpkg-query", "--show", "--showformat", "${Version}\n", *names).stdout.split()


check("which upgrades them", not any(v.endswith("~before") for v in versions()), versions())
check("and leaves nothing of the earlier version", glob.glob("/usr/share/doc/*casewire*/of-before") == [])
run("dpkg", "--install", "--force-downgrade", *before_them)
before = pid()
done = run("dpkg", "--install", *packages)
check("an upgrade restarts what runs", done.returncode == 0 and pid() not in (before, "0"), done.stdout)
done = run("casewire", "--home", "/srv/officer", "case", "list")
check("and nothing is lost by it", "Child M" in done.stdout, done.stdout)

def units():
    return run("systemctl", "list-units", "--no-legend", "--plain", "--state=active", "casewire*@*").stdout.split("\n")


def left():
    """What is called after us where packages and systemd put things, but for what is kept, and drop-ins of the administrator."""
    kept = ("/etc/casewire", "/var/lib/private/casewire", "/var/lib/systemd", "/var/tmp")
    found = []
    for top in ("/etc", "/run", "/usr", "/var"):
        for folder, folders, files in os.walk(top):
            folders[:] = [f for f in folders if os.path.join(folder, f) not in kept]
            found += [os.path.join(folder, f) for f in folders + files if "casewire" in f and not f.endswith(".service.d")]
    return found


done = run("systemctl", "start", "casewire-alert@north")
check("alerts are told", done.returncode == 0 and any("casewire-alert@north" in u for u in units()), done.stdout)
done = run("dpkg", "--remove", *names)
check("removed, nothing runs any more", done.returncode == 0 and pid() == "0" and not any(units()), [done.stdout, units()])
check("and no file of theirs is left", files_of(*names) == [], files_of(*names))
check("but what officers signed is", os.path.exists("/var/lib/private/casewire/north/store/data.mdb"))
done = run("dpkg", "--purge", *names)
check("purge says what it keeps, and where", done.returncode == 0 and "/var/lib/private/casewire is kept" in done.stdout and
      os.path.exists("/var/lib/private/casewire/north/store/data.mdb"), done.stdout)
check("and nothing of ours is left but that", left() == [], left())

print("%d passed, %d failed" % (passed, failed))
sys.exit(failed != 0)
