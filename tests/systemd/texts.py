# SPDX-License-Identifier: Apache-2.0
"""texts.py BUILD: what the units say, read as text: `make units` asks this always, and boot where no systemd can be booted.

Some of it a kernel does not enforce inside a container (memory, tasks), so that no test that runs there could miss it.
"""

import sys

# Of casewired@.service: what each division's daemon may have, may do, and what systemd does for it. A list: all of it, in this order.
DAEMON = {
    # ready when it says so, watched, and not started again when starting will not help
    "Type": "notify", "NotifyAccess": "main", "WatchdogSec": "30s", "Restart": "on-failure", "RestartPreventExitStatus": "78 243", "AssertPathExists": "/etc/casewire/%i/casewire.conf",
    "TimeoutStopSec": "30s", "StartLimitIntervalSec": "60", "StartLimitBurst": "5",
    # a user for each division, folders of its own, keys that stay root's
    "DynamicUser": "yes", "User": "casewire-%i", "StateDirectory": "casewire/%i", "StateDirectoryMode": "0700", "UMask": "0077",
    "LoadCredential": ["key:/etc/casewire/%i/key", "certificate:/etc/casewire/%i/cert", "network_genesis:/etc/casewire/%i/network"],
    # bounds, which a container does not enforce
    "MemoryHigh": "768M", "MemoryMax": "1G", "TasksMax": "128", "LimitNOFILE": "65536", "LimitMEMLOCK": "64M", "LimitCORE": "0",
    # the sandbox
    "CapabilityBoundingSet": "", "AmbientCapabilities": "", "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
    "PrivateDevices": "yes", "PrivateUsers": "yes", "PrivateMounts": "yes", "ProtectKernelTunables": "yes", "ProtectKernelModules": "yes",
    "ProtectKernelLogs": "yes", "ProtectControlGroups": "yes", "ProtectClock": "yes", "ProtectHostname": "yes", "ProtectProc": "invisible",
    "ProcSubset": "pid", "RestrictNamespaces": "yes", "RestrictRealtime": "yes", "RestrictSUIDSGID": "yes", "LockPersonality": "yes",
    "MemoryDenyWriteExecute": "yes", "DevicePolicy": "closed", "RemoveIPC": "yes", "RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6 AF_NETLINK",
    "SystemCallArchitectures": "native", "NoExecPaths": "/",
    "SystemCallFilter": ["@system-service seccomp", "~@privileged:EPERM @resources:EPERM", "~sched_setscheduler:0"],
}
# Of casewire-alert@.service: it runs programs, and is shut in all the same.
ALERT = {name: DAEMON[name] for name in ("NoNewPrivileges", "CapabilityBoundingSet", "ProtectSystem", "ProtectHome", "PrivateTmp", "DynamicUser")}
passed = failed = 0


def directives(path):
    """Each with its values in order."""
    found = {}
    with open(path, encoding="utf-8") as file:
        for line in file.read().replace("\\\n", " ").splitlines():
            name, equals, value = line.partition("=")
            if equals and not line.startswith(("#", ";", "[")):
                found.setdefault(name.strip(), []).append(value.strip())
    return found


def check(what, holds, why=""):
    global passed, failed
    passed, failed = passed + bool(holds), failed + (not holds)
    if not holds:
        print("FAIL %s: %s" % (what, why))


def compare(path, expected):
    said = directives(path)
    for name, value in expected.items():
        values = value if isinstance(value, list) else [value]
        check("%s says %s=%s" % (path, name, value), said.get(name) == values, said.get(name))
    return said


def main():
    folder = sys.argv[1] + "/systemd/"
    said = compare(folder + "casewired@.service", DAEMON)
    check("a reload can fail: it is a program that says what came of it", "reload --wait" in said["ExecReload"][0], said["ExecReload"])
    check("nothing is run before the daemon, which says itself what is wrong", "ExecStartPre" not in said)
    check("an instance that nobody set up is an error", "ConditionPathExists" not in said, said.get("ConditionPathExists"))
    compare(folder + "casewire-alert@.service", ALERT)
    print("%d passed, %d failed" % (passed, failed))
    return failed != 0 or passed < 40


sys.exit(main())
