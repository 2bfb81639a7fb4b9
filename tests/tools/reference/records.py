# SPDX-License-Identifier: Apache-2.0
"""The records of docs/protocol.md §1-§5, read from that page alone: hashes, trees, the strict grammar, each record."""

import functools
import hashlib
import re
import unicodedata

import nacl.bindings
import nacl.exceptions

ZERO = bytes(32)


class Bad(Exception):
    """What is wrong with some bytes, in a few words."""


class Newer(Bad):
    """A record of a version above the one this page describes."""


# --- 1. notation ------------------------------------------------------------------------------------------

def h(label, *parts, key=b"", size=32):
    digest = hashlib.blake2b(digest_size=size, person=label.encode().ljust(16, b"\0"), key=key)
    for part in parts:
        digest.update(part)
    return digest.digest()


def signed_string(label, network, data):
    return label.encode().ljust(16, b"\0") + network + h(label, data)


def verifies(label, network, data, key, signature):
    if len(signature) != 64:
        return False
    try:
        nacl.bindings.crypto_sign_open(signature + signed_string(label, network, data), key)
        return True
    except (nacl.exceptions.BadSignatureError, ValueError, TypeError):
        return False


TREES = {"bundle": ("cw1:bundleleaf", "cw1:bundlenode"), "seal": ("cw1:entryleaf", "cw1:entrynode"),
         "frontier": ("cw1:itemleaf", "cw1:itemnode")}


def tree_root(kind, leaves):
    leaf, node = TREES[kind]
    level = [h(leaf, x) for x in leaves]
    if not level:
        return ZERO
    while len(level) > 1:
        level = [h(node, level[i], level[i + 1]) if i + 1 < len(level) else level[i] for i in range(0, len(level), 2)]
    return level[0]


def path_holds(kind, data, i, n, path, root):
    if not 0 <= i < n:
        return False
    leaf, node = TREES[kind]
    at, k = h(leaf, data), 0
    while n > 1:
        if i ^ 1 < n:
            if k >= len(path):
                return False
            at = h(node, at, path[k]) if i % 2 == 0 else h(node, path[k], at)
            k += 1
        i, n = i // 2, (n + 1) // 2
    return k == len(path) and at == root


# --- 2. the grammar ---------------------------------------------------------------------------------------

def varint(data, at):
    value = shift = 0
    start = at
    while True:
        if at >= len(data) or at - start >= 10:
            raise Bad("a varint is cut short or too long")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    if value > 2**64 - 1 or (byte == 0 and at - start > 1):
        raise Bad("a varint is not minimal, or above 64 bits")
    return value, at


def skipped(data, at, size):
    if size > len(data) - at:
        raise Bad("a field is longer than what holds it")
    return data[at:at + size], at + size


def fields(data, strict=True):
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        number, wire = tag >> 3, tag & 7
        if number == 0 or number > 2**29 - 1:
            raise Bad("a field number that there is not")
        if wire in (1, 5) and not strict:
            value, at = skipped(data, at, 8 if wire == 1 else 4)
        elif wire in (0, 2):
            value, at = varint(data, at)
            if wire == 2:
                value, at = skipped(data, at, value)
        else:
            raise Bad("a wire type that there is not here")
        yield number, wire, value


class F:
    """One row of a record's table. kind: n number, b bytes, r record."""

    def __init__(self, number, name, kind, low=0, high=2**64 - 1, always=False, presence=False, repeated=None, table=None, check=None, flag=False):
        self.number, self.name, self.kind, self.low, self.high = number, name, kind, low, high
        self.always, self.presence, self.repeated, self.table, self.check, self.flag = always, presence, repeated, table, check, flag


def num(number, name, low=0, high=2**64 - 1, **more):
    return F(number, name, "n", low, high, **more)


def flag(number, name):
    return F(number, name, "n", 0, 1, flag=True)


def ident(number, name, size=32, **more):
    return F(number, name, "b", size, size, **more)


def data(number, name, low, high, **more):
    return F(number, name, "b", low, high, **more)


def rec(number, name, table, **more):
    return F(number, name, "r", table=table, **more)


def parse(table, raw, strict=True, limit=None, known=False):
    """One record by its table; a strict one has exactly one reading (§2), an open one may hold more, unless all is to be known."""
    if limit is not None and len(raw) > limit:
        raise Bad("longer than %d bytes" % limit)
    rows = {row.number: row for row in table}
    out = {row.name: [] if row.repeated else (None if row.presence else 0 if row.kind == "n" else None if row.kind == "r" else b"") for row in table}
    last, seen = 0, set()
    for number, wire, value in fields(raw, strict):
        row = rows.get(number)
        if number < last:
            raise Bad("fields do not ascend")
        if row is None:
            if strict or known:
                raise Bad("field %d is unknown" % number)
            last = number
            continue
        if number == last and not row.repeated:
            raise Bad("%s occurs twice" % row.name)
        last = number
        seen.add(number)
        value = one_value(row, wire, value, strict, known)
        if row.repeated:
            out[row.name].append(value)
        else:
            out[row.name] = value
    for row in table:
        if row.repeated and not row.repeated[0] <= len(out[row.name]) <= row.repeated[1]:
            raise Bad("%s: %d of them" % (row.name, len(out[row.name])))
        if row.always and row.number not in seen:
            raise Bad("%s is missing" % row.name)
        if not row.always and not row.presence and not row.repeated and row.kind == "n" and row.number not in seen and row.low > 0:
            raise Bad("%s is missing" % row.name)
    out["v"] = out.get("v", 1)
    if "v" in [row.name for row in table] and out["v"] != 1:
        raise Newer("version %d" % out["v"])
    return out


def one_value(row, wire, value, strict, known=False):
    if wire != (0 if row.kind == "n" else 2):
        raise Bad("%s has the wrong wire type" % row.name)
    if row.kind == "r":
        return parse(row.table, value, strict, known=known)
    if strict and not row.always and not row.presence and not row.repeated:
        if value == 0 or (row.kind == "b" and not any(value) and (value == b"" or row.low == row.high)):
            raise Bad("%s is written out though it is zero" % row.name)
    if not row.low <= (value if row.kind == "n" else len(value)) <= row.high:
        if not (row.kind == "b" and value == b"" and not strict):
            raise Bad("%s is outside its bounds" % row.name)
    if row.check is not None and not row.check(value):
        raise Bad("%s is not what it may be" % row.name)
    return value


# What Unicode 15.0 assigned first: a newer Python knows it, and the page's text rule does not (§2).
OF_15 = [(int(a, 16), int(b or a, 16)) for a, _, b in (r.partition("-") for r in (
    "0CF3 0ECE 10EFD-10EFF 1123F-11241 11B00-11B09 11F00-11F10 11F12-11F3A 11F3E-11F59 1342F 13439-13455 1B132 1B155 1D2C0-1D2D3 1DF25-1DF2A "
    "1E030-1E06D 1E08F 1E4D0-1E4F9 1F6DC 1F774-1F776 1F77B-1F77F 1F7D9 1FA75-1FA77 1FA87-1FA88 1FAAD-1FAAF 1FABB-1FABD 1FABF 1FACE-1FACF "
    "1FADA-1FADB 1FAE8 1FAF7-1FAF8 2B739 31350-323AF").split())]
if unicodedata.unidata_version not in ("14.0.0", "15.0.0"):
    raise SystemExit("records.py: this Python knows Unicode %s: list what came after 15.0 beside OF_15" % unicodedata.unidata_version)


def is_assigned(c):
    """In Unicode 14.0, private use included."""
    return unicodedata.category(chr(c)) != "Cn" and not any(a <= c <= b for a, b in OF_15)


BIDI = set([0x061C, 0x200E, 0x200F, 0x2028, 0x2029]) | set(range(0x202A, 0x202F)) | set(range(0x2066, 0x206A))


@functools.lru_cache(maxsize=1)
def seconds():
    """What a canonical composition may have as its second character: by looking at all there are."""
    found = set()
    for c in range(0x110000):
        parts = unicodedata.decomposition(chr(c))
        if parts and not parts.startswith("<") and " " in parts:
            if unicodedata.normalize("NFC", unicodedata.normalize("NFD", chr(c))) == chr(c):
                found.add(int(parts.split()[1], 16))
    return found


def is_heap(text):
    """More than 64 code points, decomposed, between one beginning of a piece and the next (§2)."""
    if len(unicodedata.normalize("NFD", text)) <= 64:
        return False
    start = 0
    for i in range(1, len(text) + 1):
        begins = i == len(text) or (unicodedata.combining(text[i]) == 0 and ord(text[i]) not in seconds() and not 0x1160 <= ord(text[i]) <= 0x11FF)
        if begins:
            if len(unicodedata.normalize("NFD", text[start:i])) > 64:
                return True
            start = i
    return False


def is_text(raw):
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    for c in map(ord, text):
        if c < 0x20 or 0x7F <= c <= 0x9F or c in BIDI or not is_assigned(c):
            return False
    return unicodedata.normalize("NFC", text) == text and not is_heap(text)


def is_code(raw):
    return 1 <= len(raw) <= 16 and all(c in b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" for c in raw)


def ascends(values):
    return all(a < b for a, b in zip(values, values[1:]))


# --- 3. records -------------------------------------------------------------------------------------------

V = num(1, "v", 1, always=True)
POSITION = [ident(1, "log", always=True), num(2, "seq"), ident(3, "seal")]


def positions(number, name):
    return rec(number, name, POSITION, repeated=(0, 16))


GENESIS_OF_NETWORK = [V, ident(2, "nonce", always=True), data(3, "name", 1, 80, always=True, check=is_text),
                      ident(4, "root_keys", repeated=(1, 8)), num(5, "threshold", 1, 8, always=True)]
CERTIFICATE = [V, ident(2, "network", always=True), ident(3, "serial", 16, always=True), num(4, "subject", 1, 255, always=True),
               data(5, "division", 1, 16, always=True, check=is_code), data(6, "name", 1, 80, always=True, check=is_text),
               ident(7, "sign_key", always=True), ident(8, "seal_key"), ident(9, "curve_key"),
               num(10, "roles", 1, 65535, repeated=(0, 24)), flag(11, "may_bundle"), num(12, "not_before_ms", 0, 2**63 - 1),
               num(13, "not_after_ms", 1, 2**63 - 1, always=True), ident(14, "issuer")]
RECORD = [V, num(2, "act", 1, 65535, always=True), flag(3, "critical"), data(4, "body", 0, 65536)]
ACTS = {
    1: [data(1, "certificate", 1, 4096, always=True), ident(2, "issuer", 64, always=True), ident(3, "possession", 64, always=True)],
    2: [ident(1, "cert", always=True), num(2, "kind", 1, 255, always=True), positions(3, "cut")],
    3: [data(1, "name", 1, 80, always=True, check=is_text), data(2, "value", 0, 512, check=is_text)],
    4: [data(1, "audience", 1, 80, always=True, check=is_text), ident(2, "added", repeated=(0, 512)), ident(3, "removed", repeated=(0, 512))],
    5: [data(1, "certificate", 1, 4096, always=True), ident(2, "issuer", 64, always=True), ident(3, "log", always=True)],
    6: [ident(1, "root_keys", repeated=(1, 8)), num(2, "threshold", 1, 8, always=True)],
}
RESERVED_ACTS = {  # §3.11: no verdict comes from them, so they are apart from those that a record is read by
    7: [ident(1, "cert", always=True), ident(2, "ops", repeated=(1, 1024))],
    8: [ident(1, "log", always=True), num(2, "from", 1), rec(3, "heads", [num(1, "seq", 1), ident(2, "seal", always=True)], repeated=(0, 8)), num(4, "key", 1, 255)],
    9: [num(1, "writers_min", 0, 65535), rec(2, "objects", [num(1, "object", 1, 65535), num(2, "least", 1, 65535), num(3, "most", 1, 65535)], repeated=(0, 32))],
}
PART_REF = [ident(1, "commit", always=True), num(2, "size_class", 0, 10)]
SUBMISSION = [V, ident(2, "author", always=True), ident(3, "submission_id", 16, always=True), num(4, "op_class", 1, 65535, always=True),
              ident(5, "case_id", presence=True), rec(6, "parts", PART_REF, repeated=(1, 8)), num(7, "author_time_ms", 0, 2**63 - 1),
              ident(8, "device", 16), positions(9, "seen")]
ROOT_SIGNATURE = [num(1, "index", 0, 7, always=True), ident(2, "signature", 64, always=True)]
PROOF = [V, ident(2, "signature", 64), data(3, "bundle_head", 1, 64), num(4, "bundle_index", 0, 1023),
         rec(6, "roots", ROOT_SIGNATURE, repeated=(0, 8))]
BUNDLE_HEAD = [V, num(2, "count", 1, 1024, always=True), ident(3, "root", always=True)]
PART_HASH = [ident(1, "hash", always=True), num(2, "len", 0, 1048576)]
ENTRY_KEY = [ident(1, "record", always=True), ident(2, "wraps", always=True)]
ENTRY = [V, ident(2, "log", always=True), num(3, "seq", 1, always=True), num(4, "hlc"), num(5, "kind", 1, 65535, always=True),
         ident(6, "op_id", always=True), ident(7, "submission", always=True), rec(8, "parts", PART_HASH, repeated=(1, 8)),
         rec(9, "keys", ENTRY_KEY, repeated=(0, 4)), ident(10, "envelopes", presence=True)]
LOG_GENESIS = [V, num(2, "scope_kind", 1, 3, always=True), ident(3, "network", always=True), data(4, "division", 1, 16, check=is_code),
               ident(5, "cert"), num(6, "n"), ident(7, "nonce", always=True), rec(8, "prior", POSITION, presence=True)]
SEAL = [V, ident(2, "log", always=True), num(3, "first", 1, always=True), num(4, "last", 1, always=True), ident(5, "root", always=True),
        ident(6, "prev", always=True), num(7, "hlc"), positions(8, "authority"), data(9, "ext", 0, 64)]
KEY_RECORD = [V, data(2, "audience", 1, 80, always=True, check=is_text), rec(3, "membership", POSITION, always=True),
              ident(4, "public_key", always=True), ident(5, "commitment", always=True)]
ENVELOPES = [V, rec(2, "items", [ident(1, "recipient", always=True), data(2, "sealed", 1, 512, always=True)], repeated=(1, 512))]
# §3.11: numbers and grammar now, behaviour later
OP_PART = [ident(1, "op", always=True), num(2, "part", 0, 7)]
WRAPS_RECORD = [V, ident(2, "key", always=True), rec(3, "parts", OP_PART, repeated=(1, 1024)), ident(4, "wraps", always=True)]
ENVELOPES_RECORD = [V, ident(2, "key", always=True), ident(3, "recipients", repeated=(1, 512)), ident(4, "envelopes", always=True)]
ERASURE_RECORD = [V, rec(2, "parts", OP_PART, repeated=(0, 1024)), ident(3, "case_id", presence=True), rec(4, "cut", POSITION, repeated=(0, 512)),
                  num(5, "basis", 1, 255), ident(6, "requester", always=True), ident(7, "approver", always=True), ident(8, "approval", 64, always=True)]
ERASED_RECORD = [V, ident(2, "erasure", always=True), num(3, "erased_at_ms", 1, 2**63 - 1), num(4, "backups_until_ms", 0, 2**63 - 1)]
AUDIENCE_RECORD = [V, ident(2, "case_id", always=True), data(3, "added", 1, 80, repeated=(0, 4), check=is_text),
                   data(4, "removed", 1, 80, repeated=(0, 16), check=is_text), ident(5, "after", repeated=(0, 64))]
ITEM = [ident(1, "log", always=True), num(2, "seq"), ident(3, "seal"), num(4, "blob_seq"), num(5, "holes", 1, repeated=(0, 64))]
HEAD = [V, ident(2, "signer", always=True), ident(3, "start", 16, always=True), ident(4, "replaces", 16), num(5, "counter"),
        num(6, "item_count", 0, 4096), ident(7, "root", always=True), ident(8, "closed"), positions(9, "authority")]

ENROL = [V, data(2, "certificate", 1, 4096, always=True), data(3, "title", 1, 24, always=True), data(4, "address", 1, 200, always=True),
         ident(5, "possession", 64, always=True), ident(6, "holder", 64, always=True)]
MEMBER = [ident(1, "cert", always=True), data(2, "title", 1, 24, always=True), data(3, "address", 1, 200, always=True)]
JOIN = [V, data(2, "genesis", 1, 1024, always=True), ident(3, "authority", always=True), data(4, "segments", 1, 1048576, repeated=(0, 65536)),
        rec(5, "member", MEMBER, presence=True), rec(6, "peers", MEMBER, repeated=(0, 16)), ident(7, "signature", 64, always=True)]

CURSOR = [V, ident(2, "network", always=True), ident(3, "reader"), rec(4, "authority", POSITION, repeated=(0, 64)),
          rec(5, "logs", POSITION, repeated=(0, 1024)), ident(6, "sweep", presence=True), ident(7, "check", 16, always=True)]
TOKEN = [V, ident(2, "network", always=True), ident(3, "start", 16, always=True), num(4, "counter"), data(5, "items", 1, 65536, repeated=(0, 700)),
         ident(6, "check", 16, always=True)]

# open messages that carry them
SIGNED_SEAL = [data(1, "seal", 0, 1024), rec(2, "signatures", [num(1, "index", 0, 7), data(2, "signature", 0, 64)], repeated=(0, 8))]
SIGNED_FRONTIER = [data(1, "head", 0, 1024), data(2, "signature", 0, 64)]
BLOBS = [data(2, "parts", 0, 1048576, repeated=(0, 8)), data(3, "wraps", 0, 576, repeated=(0, 4)), data(4, "envelopes", 0, 262144)]
ENTRY_RECORD = [data(1, "header", 0, 1024), data(2, "submission", 0, 1024), data(3, "proof", 0, 704), rec(4, "blobs", BLOBS),
                data(5, "path", 0, 320)]
BATCH = [rec(1, "seal", SIGNED_SEAL), rec(2, "entries", ENTRY_RECORD, repeated=(0, 256))]
ENTRIES = [data(1, "log", 0, 32), data(2, "genesis", 0, 512), rec(3, "batches", BATCH, repeated=(0, 256))]
OPENED = [data(1, "op_id", 0, 32), num(2, "part", 0, 7), data(3, "r", 0, 32), data(4, "payload", 0, 262144)]
EXPORT = [num(1, "v", 1), data(2, "network_genesis", 0, 1024, presence=True), rec(3, "entries", ENTRIES), rec(4, "opened", OPENED, repeated=(0, 4096)),
          rec(5, "frontiers", SIGNED_FRONTIER, repeated=(0, 4096)), num(6, "count", presence=True)]
RECEIPT_ITEM = [data(1, "entry", 0, 1024), rec(2, "seal", SIGNED_SEAL), data(3, "path", 32, 32, repeated=(0, 8)), data(4, "frontier_item", 0, 1024),
                rec(5, "frontier", SIGNED_FRONTIER), data(6, "item_path", 32, 32, repeated=(0, 12)), num(7, "item_index"),
                rec(8, "between", SIGNED_SEAL, repeated=(0, 1024)), data(9, "genesis", 0, 512)]
RECEIPT = [data(1, "network", 0, 32), data(2, "op_id", 0, 32), data(3, "submission_header", 0, 1024), data(4, "proof", 1, 704),
           rec(5, "local", RECEIPT_ITEM), rec(6, "held", RECEIPT_ITEM, repeated=(0, 512)), data(7, "genesis", 0, 512), data(8, "path", 0, 320)]
FORK_PROOF = [data(1, "genesis", 0, 512), rec(2, "first", SIGNED_SEAL), rec(3, "second", SIGNED_SEAL)]


def different(keys):
    if len(set(keys)) != len(keys):
        raise Bad("root keys are not all different")


def network_genesis(raw):
    g = parse(GENESIS_OF_NETWORK, raw, limit=1024)
    different(g["root_keys"])
    if g["threshold"] > len(g["root_keys"]):
        raise Bad("the threshold is above the number of root keys")
    return g


def certificate(raw):
    c = parse(CERTIFICATE, raw, limit=4096)
    if not ascends(c["roles"]):
        raise Bad("roles do not ascend")
    if c["not_before_ms"] > c["not_after_ms"]:
        raise Bad("it ends before it begins")
    if (c["subject"] == 1) != (c["issuer"] == b""):
        raise Bad("only an authority has no issuer")
    c["id"] = h("cw1:cert", raw)
    return c


def authority_record(raw):
    r = parse(RECORD, raw, limit=65536)
    r["act_body"] = parse(ACTS[r["act"]], r["body"]) if r["act"] in ACTS else None
    if r["act"] == 6:
        different(r["act_body"]["root_keys"])
        if r["act_body"]["threshold"] > len(r["act_body"]["root_keys"]):
            raise Bad("the threshold is above the number of root keys")
    return r


def op_parts(parts):
    if not ascends([(p["op"], p["part"]) for p in parts]):
        raise Bad("parts do not ascend")


def wraps_record(raw):
    r = parse(WRAPS_RECORD, raw, limit=65536)
    op_parts(r["parts"])
    return r


def envelopes_record(raw):
    r = parse(ENVELOPES_RECORD, raw, limit=65536)
    if not ascends(r["recipients"]):
        raise Bad("recipients do not ascend")
    return r


def erasure_record(raw):
    r = parse(ERASURE_RECORD, raw, limit=65536)
    op_parts(r["parts"])
    if any(p["part"] == 0 for p in r["parts"]):
        raise Bad("a frame goes only with its case")
    if bool(r["parts"]) == (r["case_id"] is not None) or bool(r["cut"]) != (r["case_id"] is not None):
        raise Bad("parts, or a case and its cut")
    if not ascends([p["log"] for p in r["cut"]]) or not all(p["seq"] and any(p["seal"]) for p in r["cut"]):
        raise Bad("a cut's positions")
    if r["requester"] == r["approver"]:
        raise Bad("one person")
    return r


def erased_record(raw):
    return parse(ERASED_RECORD, raw, limit=65536)


def audience_record(raw):
    r = parse(AUDIENCE_RECORD, raw, limit=65536)
    if not ascends(r["added"]) or not ascends(r["removed"]) or not ascends(r["after"]):
        raise Bad("a list does not ascend")
    if not r["added"] + r["removed"] or set(r["added"]) & set(r["removed"]):
        raise Bad("nothing changes, or a name both ways")
    return r


def reserved_act(act, raw):
    body = parse(RESERVED_ACTS[act], raw, limit=65536)
    if act == 7 and not ascends(body["ops"]):
        raise Bad("ops do not ascend")
    if act == 8 and (not ascends([(x["seq"], x["seal"]) for x in body["heads"]]) or any(x["seq"] < body["from"] for x in body["heads"])):
        raise Bad("heads do not ascend, or lie below what is judged")
    if act == 9:
        if not ascends([x["object"] for x in body["objects"]]) or any(x["least"] > x["most"] for x in body["objects"]):
            raise Bad("objects do not ascend, or have no version")
        if not body["writers_min"] and not body["objects"]:
            raise Bad("nothing is said")
    return body


def submission_header(raw):
    return parse(SUBMISSION, raw, limit=1024)


def proof(raw):
    p = parse(PROOF, raw, limit=704)
    if p["roots"]:
        if p["signature"] or p["bundle_head"] or p["bundle_index"]:
            raise Bad("fields of two kinds of proof")
        if not ascends([r["index"] for r in p["roots"]]):
            raise Bad("root indexes do not ascend")
        p["kind"] = "threshold"
    elif p["bundle_head"] and p["signature"]:
        p["head"] = parse(BUNDLE_HEAD, p["bundle_head"])
        if p["bundle_index"] >= p["head"]["count"]:
            raise Bad("an index beyond the bundle")
        p["kind"] = "bundle"
    elif p["signature"] and not p["bundle_index"]:
        p["kind"] = "single"
    else:
        raise Bad("no kind of proof has these fields")
    return p


def submission_hash(header, raw_proof):
    """§3.6: over the bytes as carried, in the grammar or not."""
    return h("cw1:submission", h("cw1:op", header) + raw_proof)


def path_fits(header, p, path):
    """§3.6: the one bundle path of this op and proof."""
    if p["kind"] != "bundle":
        return path == b""
    if len(path) % 32:
        return False
    hashes = [path[i:i + 32] for i in range(0, len(path), 32)]
    return path_holds("bundle", h("cw1:op", header), p["bundle_index"], p["head"]["count"], hashes, p["head"]["root"])


def entry_header(raw):
    return parse(ENTRY, raw, limit=1024)


def log_genesis(raw):
    g = parse(LOG_GENESIS, raw, limit=512)
    if (g["scope_kind"] == 3) != (g["division"] == b"") or (g["scope_kind"] == 3) != (g["cert"] == b""):
        raise Bad("only the root log has neither division nor certificate")
    g["id"] = h("cw1:genesis", raw)
    return g


def titled(member):
    """§8.3: what a division is called, and where it listens."""
    if not re.fullmatch(rb"[a-z][a-z0-9-]{0,23}", member["title"]):
        raise Bad("no title")
    found = re.fullmatch(rb"tcp://(?:[A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\]):([1-9][0-9]{0,4})", member["address"])
    if not found or int(found.group(1)) > 65535:
        raise Bad("no address")


def enrol_request(raw):
    r = parse(ENROL, raw, limit=8192)
    titled(r)
    return r


def join(raw):
    j = parse(JOIN, raw, limit=32 << 20)
    everybody = j["peers"] + ([j["member"]] if j["member"] else [])
    for member in everybody:
        titled(member)
    if len({m["cert"] for m in everybody}) != len(everybody) or len({m["title"] for m in j["peers"]}) != len(j["peers"]):
        raise Bad("somebody is named twice")
    return j


def seal(raw):
    s = parse(SEAL, raw, limit=1024)
    if not s["first"] <= s["last"] < s["first"] + 256:
        raise Bad("it covers no entries, or too many")
    return s


def field_count(table, raw):
    """At every depth."""
    tables = {row.number: row.table for row in table if row.kind == "r"}
    return sum(1 + (field_count(tables[number], value) if number in tables and wire == 2 else 0) for number, wire, value in fields(raw, strict=False))


def export_record(raw):
    """§8: what a file's record may hold; fields that only a session has are unknown here."""
    r = parse(EXPORT, raw, strict=False, known=True)
    if field_count(EXPORT, raw) > min(128 + len(raw) // 8, 65536):
        raise Bad("more fields than a record of its length may have")
    if r["entries"] is not None and sum(len(batch["entries"]) for batch in r["entries"]["batches"]) > 512:
        raise Bad("more than 512 entries")
    return r


def key_record(raw):
    return parse(KEY_RECORD, raw, limit=512)


def envelopes(raw):
    return parse(ENVELOPES, raw, limit=262144)


def frontier_item(raw):
    i = parse(ITEM, raw, limit=1024)
    if i["blob_seq"] > i["seq"] or not ascends(i["holes"]) or any(x >= i["blob_seq"] for x in i["holes"]):
        raise Bad("holes or blob_seq outside their bounds")
    return i


def frontier_head(raw):
    return parse(HEAD, raw, limit=1024)


# --- proofs -----------------------------------------------------------------------------------------------

def proof_holds(network, header, p, key=None, root_keys=(), threshold=0):
    if p["kind"] == "single":
        return verifies("cw1:op", network, header, key, p["signature"])
    if p["kind"] == "bundle":  # that its path fits was looked at before
        return verifies("cw1:bundle", network, p["bundle_head"], key, p["signature"])
    good = [r for r in p["roots"] if r["index"] < len(root_keys) and verifies("cw1:op", network, header, root_keys[r["index"]], r["signature"])]
    return len(good) == len(p["roots"]) and len(good) >= threshold


def seal_signed(network, carried, key=None, root_keys=None, threshold=0):
    signatures = carried["signatures"]
    if root_keys is None:
        return len(signatures) == 1 and signatures[0]["index"] == 0 and verifies("cw1:seal", network, carried["seal"], key, signatures[0]["signature"])
    if not ascends([s["index"] for s in signatures]) or len(signatures) < threshold:
        return False
    return all(s["index"] < len(root_keys) and verifies("cw1:seal", network, carried["seal"], root_keys[s["index"]], s["signature"])
               for s in signatures)


def unpad(padded):
    body = padded.rstrip(b"\0")
    if not body.endswith(b"\x80"):
        raise Bad("the padding is not 0x80 and zeros")
    return body[:-1]
