"""An authority's folder: written on by several at once, and by two who each have a copy of it."""

import json
import os
import shutil
import subprocess

from world import TOOL, Lab, check, run

STORIES = []


class Registry(Lab):
    """A lab, and its authority's folder."""

    def folder(self):
        return os.path.join(self.dir, "authority")

    def socket(self):
        with open(os.path.join(self.dir, "lab.json"), encoding="utf-8") as file:
            return os.path.join(json.load(file)["run_dir"], "north", "admin.sock")

    def words(self, verb, *more, folder=None):
        return [TOOL, "authority", verb, "--dir", folder or self.folder(), "--socket", self.socket(), *more]

    def authority(self, verb, *more, folder=None, expect=0):
        return run(self.words(verb, *more, folder=folder), expect)


def story(function):
    STORIES.append((function.__name__, function, True, Registry))
    return function


@story
def commands_at_once_write_one_after_the_other(lab):
    holders = [["issue", "--kind", "person", "--division", "NTH", "--name", "Officer O", "--insecure-lab"] for _ in range(3)]
    policies = [["policy", "clock.M8.duration_s", str(259200 + i)] for i in range(3)]
    running = [subprocess.Popen(lab.words(*words, "--json"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
               for words in holders + policies]
    said = [(process.communicate(timeout=120), process.returncode) for process in running]
    check("all were done", all(code == 0 for _, code in said), str(said))
    entries = [json.loads(out)["entry"] for (out, _), _ in said]
    check("each has its own entry", len(set(entries)) == len(entries), str(entries))
    homes = [json.loads(out)["home"] for (out, _), _ in said[:3]]
    check("each has its own folder", len(set(homes)) == 3, str(homes))
    listed = json.loads(run([TOOL, "authority", "list", "--dir", lab.folder(), "--json"]).stdout)["certificates"]
    check("all certificates are in the log", sum(c["name"] == "Officer O" for c in listed) == 3, str(listed))
    # Publishing beside others that write is no fork, and is not taken for one.
    pairs = [subprocess.Popen(["sh", "-c", '"$@" && exec "$0" authority publish --dir "$DIR" --socket "$SOCKET"', TOOL,
                               *lab.words("policy", "clock.M8.duration_s", str(3600 + i))],
                              env={**os.environ, "DIR": lab.folder(), "SOCKET": lab.socket()},
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for i in range(3)]
    said = [(process.communicate(timeout=120), process.returncode) for process in pairs]
    check("all were published", all(code == 0 for _, code in said), str(said))
    check("no fork", "fork-proven" not in lab.log("north"))


@story
def a_second_copy_of_an_authority_is_told_that_it_forked(lab):
    copy = os.path.join(os.path.dirname(lab.dir), "copy")
    shutil.copytree(lab.folder(), copy)
    lab.authority("policy", "clock.M8.duration_s", "259200")
    lab.authority("policy", "clock.M8.duration_s", "172800", folder=copy)
    lab.authority("publish")
    done = lab.authority("publish", folder=copy, expect=6)
    check("publishing a branch says so", "did not take this branch" in done.stderr and "has forked" in done.stderr, done.stderr)
    done = lab.authority("policy", "clock.M8.duration_s", "3600", folder=copy, expect=6)
    check("nothing more is signed on it", "nothing was signed: this authority's log has forked" in done.stderr, done.stderr)
    lab.authority("policy", "clock.M8.duration_s", "7200")
    check("the branch that the daemons have goes on", "published: 1 new" in lab.authority("publish").stdout)
    done = lab.authority("policy", "clock.M8.duration_s", "3600", folder=copy, expect=6)
    check("a shorter branch, too, is told from an old copy", "nothing was signed: this authority's log has forked" in done.stderr, done.stderr)
    done = lab.authority("publish", folder=copy, expect=6)
    check("and it publishes nothing", "did not take this branch" in done.stderr, done.stderr)
    done = lab.authority("restore", folder=copy, expect=6)
    check("nor is it made into the other", "another entry" in done.stderr and "Nothing that is there is replaced" in done.stderr, done.stderr)


def segments(folder):
    log = os.path.join(folder, "log")
    return {name: open(os.path.join(log, name), "rb").read() for name in sorted(os.listdir(log))}


@story
def a_lost_folder_is_got_back_from_a_daemon(lab):
    beside = os.path.dirname(lab.dir)
    old, anew, late = (os.path.join(beside, name) for name in ("old", "anew", "late"))
    shutil.copytree(lab.folder(), old)
    lab.authority("policy", "clock.M8.duration_s", "259200")
    lab.authority("policy", "clock.M8.soon_s", "3600")
    lab.authority("publish")
    whole = segments(lab.folder())
    os.rename(lab.folder(), late)

    done = lab.authority("policy", "clock.M8.duration_s", "60", folder=old, expect=6)
    check("an old copy signs nothing", "this folder is an old copy" in done.stderr, done.stderr)
    check("and is told how to become the newest", f"casewire authority restore --dir {old} --socket {lab.socket()}" in done.stderr, done.stderr)
    said = json.loads(lab.authority("restore", "--json", folder=old).stdout)
    check("it gets what it lacks", said["restored"] == 2 and said["authority_key"] and said["root_key"], str(said))
    check("and is the newest copy then", list(segments(old)) == list(whole))
    lab.authority("policy", "clock.M8.duration_s", "172800", folder=old)
    check("which goes on", "published: 1 new" in lab.authority("publish", folder=old).stdout)
    check("without a fork", "fork-proven" not in lab.log("north"))

    done = lab.authority("restore", folder=anew, expect=3)
    check("a new folder must be told its network", "--network FILE" in done.stderr, done.stderr)
    said = lab.authority("restore", "--network", os.path.join(late, "network"), folder=anew).stdout
    check("with nothing at all the log is there, and no key", "put authority.key and root.key there" in said, said)
    shutil.copy(os.path.join(late, "authority.key"), anew)
    lab.authority("policy", "clock.M8.soon_s", "7200", folder=anew)
    check("with the key it goes on", "published: 1 new" in lab.authority("publish", folder=anew).stdout)
    check("the copies agree", {k: v for k, v in segments(anew).items() if k in whole}.keys() == whole.keys())
    check("nothing was forked", "fork-proven" not in lab.log("north"))


@story
def who_gets_new_keys_is_told_that_the_folder_has_no_context(lab):
    listed = json.loads(run([TOOL, "authority", "list", "--dir", lab.folder(), "--json"]).stdout)["certificates"]
    officer = next(c["cert"] for c in listed if c["name"] == "Officer 1 of north")
    home = os.path.join(os.path.dirname(lab.dir), "fresh")
    said = lab.authority("issue", "--replace", officer, "--out", home, "--insecure-lab").stdout
    check("the missing file is named", "holds no context" in said and not os.path.exists(os.path.join(home, "context")), said)
    done = lab.tool("case", "open", "missing_child", "title=Child H", "missing_risk=high", "--held-by", "65", expect=2)
    check("as many divisions as a receipt can name", "64" in done.stderr, done.stderr)
