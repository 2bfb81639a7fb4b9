# SPDX-License-Identifier: Apache-2.0
"""A machine that a real systemd boots, in a container: used by boot, and by two-hosts for several at once.

Its root is another tree (this machine's own, or a bare Debian), read-only, below a layer of its own that ends with it. Needs root and systemd-nspawn.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
ENVIRONMENT = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8", "SYSTEMD_COLORS=0", "SYSTEMD_PAGER="]


# Whoever ends us lets us clean up first.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def do(*words):
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


def cgroup_folders():
    """Where this process is, in each tree of control groups that systemd counts processes by."""
    with open("/proc/self/cgroup", encoding="ascii") as file:
        mine = [line.rstrip("\n").split(":", 2) for line in file]
    for _, controllers, path in mine:
        for mounted in {"name=systemd": ["/sys/fs/cgroup/systemd"], "": ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"]}.get(controllers, []):
            if os.path.exists(mounted + "/cgroup.procs"):
                yield mounted + path.rstrip("/")
                break


def why_not():
    """Why no machine can be booted here, or None: a privilege that is not there, never something that went wrong."""
    if os.geteuid() != 0:
        return "this is not root"
    tried = subprocess.run(["unshare", "--mount", "--pid", "--fork", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], stderr=subprocess.PIPE, text=True, check=False)
    if tried.returncode != 0:
        return "nothing can be mounted (CAP_SYS_ADMIN): " + tried.stderr.strip()
    folders = list(cgroup_folders())
    if not folders:
        return "no tree of control groups is mounted"
    for folder in folders:
        try:
            os.mkdir(folder + "/casewire-try")
            os.rmdir(folder + "/casewire-try")
        except OSError as error:
            return f"no control group can be made in {folder}: {error.strerror}"
    return None


def remove_group(group):
    if os.getpid() == 1:  # whoever was left behind in the machine is ours to bury
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0] != 0:
                pass
    for folder, _, _ in os.walk(group, topdown=False):
        with contextlib.suppress(OSError):
            os.rmdir(folder)
    return not os.path.exists(group)


class Machine:
    """From boot() to done(). `log` is where what it prints is kept; `network` the name of a network namespace, or None for a new one."""

    def __init__(self, name, lower="/", network=None, binds=(), log=os.devnull):
        self.name, self.lower, self.network, self.binds, self.log = name, lower, network, binds, log
        self.work = tempfile.mkdtemp(prefix="casewire-boot.", dir="/var/tmp")
        self.root = self.work + "/layer/root"
        self.id = f"casewire-{name}-{uuid.uuid4().hex[:8]}"
        self.groups = [f"{folder}/{self.id}" for folder in cgroup_folders()]
        self.container = self.leader = None
        self.mount()

    def mount(self):
        for name in ("lower", "layer"):
            os.mkdir(f"{self.work}/{name}")
        # nspawn refuses / itself, so it is bound to another place first.
        do("mount", "--bind", self.lower, self.work + "/lower")
        do("mount", "-o", "remount,bind,ro", self.work + "/lower")
        do("mount", "-t", "tmpfs", "-o", "size=2g", "tmpfs", self.work + "/layer")
        for name in ("upper", "work", "root"):
            os.mkdir(f"{self.work}/layer/{name}")
        do("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={self.work}/lower,upperdir={self.work}/layer/upper,workdir={self.work}/layer/work", self.root)
        with open(self.root + "/etc/machine-id", "w", encoding="ascii"):
            pass
        # Nothing of the tree's own starts with it.
        for folder in os.listdir(self.root + "/etc/systemd/system"):
            if folder.endswith(".wants"):
                shutil.rmtree(f"{self.root}/etc/systemd/system/{folder}")
        for level in "0123456S":
            shutil.rmtree(f"{self.root}/etc/rc{level}.d", ignore_errors=True)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.root + "/usr/sbin/policy-rc.d")

    def put(self, source, target):
        """Copies a file or folder of this machine into it."""
        (shutil.copytree if os.path.isdir(source) else shutil.copy)(source, self.root + target)

    def enter_groups(self):
        """Each machine in control groups of its own: two systemds in one would take each other's processes for their own."""
        for group in self.groups:
            os.mkdir(group)
            with open(group + "/cgroup.procs", "w", encoding="ascii") as file:
                file.write("0")

    def boot(self):
        # CAP_IPC_LOCK: or nspawn's own filter of system calls forbids keeping keys out of swap.
        words = ["systemd-nspawn", "--quiet", "--directory=" + self.root, "--machine=" + self.id, f"--hostname={self.name}",
                 "--network-namespace-path=/run/netns/" + self.network if self.network else "--private-network", "--capability=CAP_IPC_LOCK", "--register=no",
                 "--keep-unit", "--console=pipe", "--kill-signal=SIGRTMIN+4", "--resolv-conf=off", *(f"--bind={b}" for b in self.binds), "--boot", "systemd.unit=basic.target"]
        with open(self.log, "w", encoding="ascii") as log:
            self.container = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=self.enter_groups)
        end = time.monotonic() + 60
        while not self.is_up():
            if self.container.poll() is not None or time.monotonic() > end:
                with open(self.log, encoding="utf-8", errors="replace") as log:
                    raise SystemExit(log.read() + "boot: systemd did not come up")
            time.sleep(0.05)
        self.run(["systemctl", "is-system-running", "--wait"])
        return self

    def is_up(self):
        found = subprocess.run(["pgrep", "-P", str(self.container.pid), "-x", "systemd"], stdout=subprocess.PIPE, text=True, check=False).stdout.split()
        self.leader = found[0] if found else None
        return bool(found) and os.path.exists(f"/proc/{self.leader}/root/run/systemd/private")

    def words(self, command):
        return ["nsenter", "--target", self.leader, "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--root", "--wd", *ENVIRONMENT, *command]

    def run(self, command, **options):
        """As root of it; what it says, on both channels, is in .stdout."""
        return subprocess.run(self.words(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options)

    def done(self):
        if self.container is not None and self.container.poll() is None:
            if self.leader is not None:
                self.run(["systemctl", "poweroff"])
            else:
                self.container.send_signal(signal.SIGTERM)
            try:
                self.container.wait(30)
            except subprocess.TimeoutExpired:
                self.container.kill()
                self.container.wait()
        for mounted in (self.root, self.work + "/layer", self.work + "/lower"):
            subprocess.run(["umount", mounted], stderr=subprocess.DEVNULL, check=False)
        end = time.monotonic() + 5
        while not all([remove_group(group) for group in self.groups]) and time.monotonic() < end:
            time.sleep(0.1)  # the last of its processes may still be on their way out
        subprocess.run(["rm", "-rf", "--one-file-system", self.work], check=False)
