# SPDX-License-Identifier: Apache-2.0
"""The committed vectors, each held against this verifier. A check returns nothing, or raises for what is not valid."""

import json
import os

import nacl.bindings

import records as R
from history import History
from receipts import Fails, check_fork, check_receipt
from records import Bad, h


class Wrong(Exception):
    """The vector says another thing than this verifier."""


def need(held, what):
    if not held:
        raise Bad(what)


def same(mine, theirs, what):
    if mine != theirs:
        raise Wrong("%s: %s here, %s in the vector" % (what, mine.hex() if isinstance(mine, bytes) else mine, theirs.hex() if isinstance(theirs, bytes) else theirs))


def raw(v, key):
    return bytes.fromhex(v[key])


def check_hash(v):
    same(h(v["name"], raw(v, "bytes")), raw(v, "hash"), "hash")
    if "keyed" in v:
        same(h(v["name"], raw(v, "bytes"), key=raw(v, "key")), raw(v, "keyed"), "keyed hash")


def check_signature(v):
    need(R.verifies(v["label"], raw(v, "network"), raw(v, "bytes"), raw(v, "key"), raw(v, "signature")), "signature")


def check_tree(v):
    same(R.tree_root(v["tree"], [bytes([i % 256]) for i in range(v["count"])]), raw(v, "root"), "root")


def check_path(v):
    leaf, node = R.TREES[v["tree"]]
    at, k, i, n = raw(v, "leaf_hash"), 0, v["index"], v["count"]
    path = [bytes.fromhex(p) for p in v["path"]]
    need(0 <= i < n, "no such leaf")
    while n > 1:
        if i ^ 1 < n:
            need(k < len(path), "a path that is too short")
            at = h(node, at, path[k]) if i % 2 == 0 else h(node, path[k], at)
            k += 1
        i, n = i // 2, (n + 1) // 2
    need(k == len(path) and at == raw(v, "root"), "path")


def check_text(v):
    need(R.is_text(raw(v, "bytes")), "text")


ENVELOPE_PLAIN = [R.V, R.data(2, "audience", 1, 80, always=True, check=R.is_text), R.ident(3, "commitment", always=True),
                  R.ident(4, "recipient", always=True), R.ident(5, "seed", always=True)]


def act(number):
    def parse(data):
        body = R.parse(R.ACTS[number], data)
        if number == 6:
            R.different(body["root_keys"])
            need(body["threshold"] <= len(body["root_keys"]), "threshold")
        return body
    return parse


RECORDS = {
    "network_genesis": (R.network_genesis, "network_id", "cw1:network"), "certificate": (R.certificate, "cert_id", "cw1:cert"),
    "authority_record": (lambda x: R.parse(R.RECORD, x, limit=65536), None, None),
    "act_issue": (act(1), None, None), "act_revoke": (act(2), None, None), "act_policy": (act(3), None, None),
    "act_membership": (act(4), None, None), "act_admit_authority": (act(5), None, None), "act_rotate_root": (act(6), None, None),
    "submission_header": (R.submission_header, "op_id", "cw1:op"), "author_proof": (R.proof, None, None),
    "genesis": (R.log_genesis, "log_id", "cw1:genesis"), "entry_header": (R.entry_header, "entry_hash", "cw1:entry"),
    "seal": (R.seal, "seal_hash", "cw1:seal"), "key_record": (R.key_record, "key_record_id", "cw1:keyrecord"),
    "frontier_head": (R.frontier_head, None, None), "frontier_item": (R.frontier_item, None, None),
    "envelope_plain": (lambda x: R.parse(ENVELOPE_PLAIN, x), None, None), "envelopes": (R.envelopes, None, None),
    "wraps_record": (R.wraps_record, None, None), "envelopes_record": (R.envelopes_record, None, None),
    "erasure_record": (R.erasure_record, None, None), "erased_record": (R.erased_record, None, None),
    "audience_record": (R.audience_record, None, None), "act_reinstate": (lambda x: R.reserved_act(7, x), None, None),
    "act_fork_judgement": (lambda x: R.reserved_act(8, x), None, None), "act_versions": (lambda x: R.reserved_act(9, x), None, None),
    "enrol_request": (R.enrol_request, "request_hash", "cw1:enrol"), "join": (R.join, None, None),
}


def check_record(v):
    parser, name, label = RECORDS[v["kind"]]
    parser(raw(v, "bytes"))
    if name in v:
        same(h(label, raw(v, "bytes")), raw(v, name), name)


def check_submission(v):
    header = raw(v, "header")
    R.submission_header(header)
    proof = R.proof(raw(v, "proof"))
    same(h("cw1:op", header), raw(v, "op_id"), "op id")
    same(h("cw1:case", raw(v, "op_id")), raw(v, "case_id_if_it_opens_one"), "case id")
    need(R.submission_hash(header, raw(v, "proof")) == raw(v, "submission_hash"), "submission hash")
    need(R.path_fits(header, proof, raw(v, "path")), "path")
    if "key" in v:
        need(proof["kind"] != "threshold", "a threshold proof of one author")
        need(R.proof_holds(raw(v, "network"), header, proof, key=raw(v, "key")), "proof")
    else:
        genesis = R.network_genesis(raw(v, "network_genesis"))
        need(proof["kind"] == "threshold", "no threshold proof")
        need(R.proof_holds(raw(v, "network"), header, proof, root_keys=genesis["root_keys"], threshold=genesis["threshold"]), "proof")


def check_part(v):
    padded = raw(v, "padded")
    need(len(padded) == 256 << v["size_class"], "length")
    need(R.unpad(padded) == raw(v, "payload"), "padding")
    need(h("cw1:commit", padded, key=raw(v, "r")) == raw(v, "commit"), "commitment")


def check_log(v):
    """Seals and entry headers of one log, by steps 4 to 12 of §8.1."""
    history = History()
    history.network = raw(v, "network")
    log_id = raw(v, "log_id")
    if "network_genesis" in v:
        genesis = R.network_genesis(raw(v, "network_genesis"))
        history.root_keys, history.threshold = genesis["root_keys"], genesis["threshold"]
    else:
        cert = R.certificate(raw(v, "certificate"))
        cert["place"], cert["revoked"] = (bytes(32), 0), None
        history.certs[cert["id"]] = cert
    history.read_entry = lambda *_: None  # headers only
    items = [bytes.fromhex(x) for x in v["signed_seal_then_its_entry_headers"]]
    batches = []
    while items:
        carried = R.parse(R.SIGNED_SEAL, items.pop(0), strict=False)
        seal = R.seal(carried["seal"])
        count = min(seal["last"] - seal["first"] + 1, len(items))
        batches.append({"seal": carried, "entries": [{"header": items.pop(0), "submission": b"", "proof": b"", "blobs": None} for _ in range(count)]})
    history.read_segment({"log": log_id, "genesis": raw(v, "genesis"), "batches": batches}, {})
    if history.findings:
        raise Fails(history.findings[0][0])
    same(history.logs[log_id].prev, raw(v, "head"), "head")


def check_key_record(v):
    if "seed" not in v:
        return check_record(v)
    seed = raw(v, "seed")
    same(h("cw1:keyx25519", key=seed), raw(v, "x25519_secret"), "secret")
    same(h("cw1:keywrap", key=seed), raw(v, "wrap_key"), "wrap key")
    same(h("cw1:keycommit", v["audience"].encode(), key=seed), raw(v, "commitment"), "commitment")
    same(nacl.bindings.crypto_scalarmult_base(raw(v, "x25519_secret")), raw(v, "public_key"), "public key")
    record = R.key_record(raw(v, "record"))
    same(record["public_key"], raw(v, "public_key"), "public key in the record")
    same(h("cw1:keyrecord", raw(v, "record")), raw(v, "key_record_id"), "id")
    return None


def check_envelope(v):
    record = R.key_record(raw(v, "record"))
    mine = [i for i in R.envelopes(raw(v, "envelopes"))["items"] if i["recipient"] == raw(v, "reader")]
    need(mine, "no envelope names this reader")
    try:
        plain = nacl.bindings.crypto_box_seal_open(mine[0]["sealed"], raw(v, "seal_key"), raw(v, "seal_secret"))
    except Exception as bad:  # the binding raises its own kinds
        raise Bad("the envelope does not open") from bad
    inside = R.parse(ENVELOPE_PLAIN, plain)
    need(inside["audience"] == record["audience"] and inside["commitment"] == record["commitment"] and inside["recipient"] == raw(v, "reader"), "commitment")
    need(h("cw1:keycommit", record["audience"], key=inside["seed"]) == record["commitment"], "commitment")
    secret = h("cw1:keyx25519", key=inside["seed"])
    need(nacl.bindings.crypto_scalarmult_base(secret) == record["public_key"], "public key")
    same(plain, raw(v, "plain"), "plain text")


def decrypt(stored, key, ad, what):
    try:
        return nacl.bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(stored[24:], ad, stored[:24], key)
    except Exception as bad:
        raise Bad(what) from bad


def check_encrypted_part(v):
    op, part = raw(v, "op_id"), bytes([v["part"]])
    header = R.submission_header(raw(v, "header"))
    same(h("cw1:op", raw(v, "header")), op, "op id")
    same(h("cw1:blob", raw(v, "stored")), raw(v, "blob_hash"), "blob hash")
    key = decrypt(raw(v, "wrap"), raw(v, "wrap_key"), op + part + raw(v, "key_record_id"), "wrap")
    need(key == raw(v, "part_key"), "the wrap holds another key")
    plain = decrypt(raw(v, "stored"), key, op + part, "associated data")
    need(h("cw1:commit", plain[32:], key=plain[:32]) == header["parts"][v["part"]]["commit"], "commitment")
    same(plain[:32], raw(v, "r"), "r")
    same(R.unpad(plain[32:]), raw(v, "payload"), "payload")


def check_frontier(v):
    head = R.frontier_head(raw(v, "head"))
    cert = R.certificate(raw(v, "certificate"))
    items = [bytes.fromhex(i) for i in v["items"]]
    parsed = [R.frontier_item(i) for i in items]
    need(head["item_count"] == len(items), "item_count")
    need(R.tree_root("frontier", items) == head["root"], "root")
    need(R.ascends([i["log"] for i in parsed]), "ascending")
    need(cert["network"] == raw(v, "network") and cert["subject"] == 2, "signer")
    need(head["signer"] == cert["id"] and R.verifies("cw1:frontier", raw(v, "network"), raw(v, "head"), cert["sign_key"], raw(v, "signature")), "signature")


def check_cursor(v):
    data = raw(v, "bytes")
    cursor = R.parse(R.CURSOR, data, limit=65536)
    need(R.ascends([p["log"] for p in cursor["authority"]]) and R.ascends([p["log"] for p in cursor["logs"]]), "ascending")
    need(h("cw1:cursor", data[:-18])[:16] == cursor["check"], "check")
    same(h("cw1:cursor", data), raw(v, "cursor_hash"), "hash")


def check_token(v):
    data = raw(v, "bytes")
    token = R.parse(R.TOKEN, data, limit=65536)
    need(R.ascends([R.frontier_item(i)["log"] for i in token["items"]]), "ascending")
    need(h("cw1:seen", data[:-18])[:16] == token["check"], "check")


def check_key_file(v):
    data = raw(v, "bytes")
    head, body = data[:9], data[9:]
    need(head[:8] == b"cw1:keys", "magic")
    if head[8] == 0:
        need(len(body) == 128, "length")
        plain = body[:96]
        need(h("cw1:local", plain) == body[96:], "checksum")
    else:
        need(head[8] == 1 and len(body) == 16 + 24 + 96 + 16, "length")
        key = nacl.bindings.crypto_pwhash_alg(32, v["passphrase"].encode(), body[:16], 1, 1 << 20, nacl.bindings.crypto_pwhash_ALG_ARGON2ID13)
        try:
            plain = nacl.bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(body[40:], head, body[16:40], key)
        except Exception as bad:  # the binding raises its own kinds
            raise Bad("tag") from bad
    same(nacl.bindings.crypto_sign_seed_keypair(plain[:32])[0], raw(v, "sign_key"), "signing key")
    same(nacl.bindings.crypto_scalarmult_base(plain[32:64]), raw(v, "seal_key"), "key of envelopes")
    same(nacl.bindings.crypto_scalarmult_base(plain[64:]), raw(v, "curve_key"), "transport key")


def check_receipt_vector(v):
    certs = {c["id"]: c for c in (R.certificate(bytes.fromhex(x)) for x in v["certificates"])}
    held_by = check_receipt(raw(v, "receipt"), raw(v, "network"), certs)
    if v["valid"]:  # a bad one is accepted when it comes here, whatever it counts
        same(held_by, v["held_by"], "held by")


def check_fork_vector(v):
    check_fork(raw(v, "proof"), raw(v, "network"), R.certificate(raw(v, "certificate")))


CHECKS = {"hash": check_hash, "signature": check_signature, "tree": check_tree, "path": check_path, "text": check_text,
          "submission": check_submission, "part": check_part, "log": check_log, "key_record": check_key_record, "envelope": check_envelope,
          "encrypted_part": check_encrypted_part, "frontier": check_frontier, "cursor": check_cursor, "token": check_token, "key_file": check_key_file, "receipt": check_receipt_vector, "fork_proof": check_fork_vector}
CHECKS.update({kind: check_record for kind in RECORDS if kind not in CHECKS})

# Kinds whose bad vectors must fail in one place: the one that the reason names, or here stands beside it.
REASONS = {
    "receipt": {}, "log": {}, "frontier": {}, "envelope": {}, "encrypted_part": {},
    "cursor": {"v": "version 2", "cut short": "a field is longer than what holds it", "grammar": "a field number that there is not"},
    "token": {"v": "version 2", "cut short": "a field is longer than what holds it", "grammar": "a varint is cut short or too long"},
    "key_file": {},
    "submission": {"signature": "proof", "threshold": "proof"},
    "part": {"the commitment is of other bytes": "commitment", "the commitment is of another r": "commitment"},
    "fork_proof": {"seal hashes are equal": "the seals are one", "ranges do not overlap": "the ranges do not overlap",
                   "the second seal is of another log": "second: another log", "the genesis is not the seals'": "first: another log",
                   "the first seal's signature": "first: signature", "signature": "second: signature"},
}


def judge(v):
    """None when this verifier agrees with the vector, else why not. What a vector says beside (an id, a count) must be right in bad ones too: only what the verifier itself refuses is refused."""
    try:
        CHECKS[v["kind"]](v)
    except Wrong as wrong:
        return str(wrong)
    except (Bad, Fails) as bad:
        if v["valid"]:
            return "refused: %s" % bad
        reasons = REASONS.get(v["kind"])
        if reasons is not None and str(bad) != reasons.get(v["reason"], v["reason"]):
            return "refused for %s, not for %s" % (bad, v["reason"])
        return None
    return None if v["valid"] else "accepted, though: " + v["reason"]


def judge_history(v, network, whole):
    data = bytes.fromhex(v["file"]) if "file" in v else whole[:v["at"]] + bytes.fromhex(v["insert"]) + whole[v["at"] + v["remove"]:]
    history = History(network)
    good = history.read(data)
    if good != v["valid"]:
        return "found %s" % (history.findings[:1] or "nothing")
    if not good and history.findings[0][0] != v["reason"]:
        return "found %s first, not %s" % (history.findings[0], v["reason"])
    if len(history.findings) != v.get("findings", 0):
        return "found %d things, not %d: %s" % (len(history.findings), v.get("findings", 0), [f[0] for f in history.findings])
    if sum(history.voids.values()) != v["void"]:
        return "%s void, not %d" % (history.voids, v["void"])
    if history.counts["seals"] != v.get("seals", history.counts["seals"]):
        return "%d seals hold, not %d" % (history.counts["seals"], v["seals"])
    if good and history.counts["opened"] != v["opened"]:
        return "%d parts opened, not %d" % (history.counts["opened"], v["opened"])
    return None


def verdicts(held):
    """The vectors of one file that this verifier judges otherwise, each with why; one after another, as it is asked for the next."""
    first = held[0]
    whole, network = (bytes.fromhex(first["file"]), raw(first, "network")) if "file" in first else (b"", b"")
    for v in held:
        why = judge_history(v, network, whole) if v["kind"] == "history" else judge(v)
        if why is not None:
            yield v, why


def run(folder):
    passed = failed = 0
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".json"):
            continue
        with open(os.path.join(folder, name), encoding="utf-8") as f:
            held = json.load(f)["vectors"]
        passed += len(held)
        for v, why in verdicts(held):
            passed -= 1
            failed += 1
            print("%s: %s, %s: %s" % (name, v["kind"], v["name"], why))
    return passed, failed
