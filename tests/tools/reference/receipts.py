# SPDX-License-Identifier: Apache-2.0
"""Receipts and fork proofs by the numbered steps of docs/protocol.md §5.3 and §5.4."""

import records as R
from records import Bad, h


class Fails(Exception):
    """Names the first thing that does not hold."""


def _try(where, parser, raw):
    try:
        return parser(raw)
    except Bad as bad:
        raise Fails(where) from bad


def _log_of(where, raw, network, certs):
    genesis = _try(where, R.log_genesis, raw)
    cert = certs.get(genesis["cert"])
    if genesis["network"] != network or genesis["scope_kind"] == 3 or cert is None or cert["division"] != genesis["division"]:
        raise Fails(where)
    if cert["network"] != network or cert["subject"] != (2 if genesis["scope_kind"] == 1 else 1):
        raise Fails(where)
    return genesis, cert


def _check_seal(where, carried, network, log, cert):
    if carried is None:
        raise Fails(where)
    seal = _try(where, R.seal, carried["seal"])
    if seal["log"] != log or (seal["first"] == 1 and seal["prev"] != log):
        raise Fails(where)
    if not R.seal_signed(network, carried, key=cert["sign_key"]):
        raise Fails(where)
    seal["hash"] = h("cw1:seal", carried["seal"])
    return seal


def _check_entry(where, item, genesis, cert, network, op_id, submission, said):
    entry = _try(where + ".entry", R.entry_header, item["entry"])
    if entry["log"] != genesis["id"] or entry["op_id"] != op_id or entry["submission"] != submission:
        raise Fails(where + ".entry")
    if entry["kind"] != said["op_class"] or len(entry["parts"]) != len(said["parts"]):
        raise Fails(where + ".entry")
    seal = _check_seal(where + ".seal", item["seal"], network, genesis["id"], cert)
    if not seal["first"] <= entry["seq"] <= seal["last"]:
        raise Fails(where + ".seal")
    if not R.path_holds("seal", h("cw1:entry", item["entry"]), entry["seq"] - seal["first"], seal["last"] - seal["first"] + 1, item["path"], seal["root"]):
        raise Fails(where + ".path")
    return entry, seal


def check_receipt(raw, network, certs):
    """Returns the number of divisions that hold the op; raises Fails."""
    receipt = _try("receipt", lambda x: R.parse(R.RECEIPT, x, strict=False), raw)
    if receipt["network"] != network:
        raise Fails("network")
    if h("cw1:op", receipt["submission_header"]) != receipt["op_id"]:
        raise Fails("op_id")
    said = _try("submission_header", R.submission_header, receipt["submission_header"])
    proof = _try("proof", R.proof, receipt["proof"])
    if not R.path_fits(receipt["submission_header"], proof, receipt["path"]):
        raise Fails("path")
    submission = R.submission_hash(receipt["submission_header"], receipt["proof"])
    if receipt["local"] is None:
        raise Fails("local")
    genesis, cert = _log_of("local.genesis", receipt["genesis"], network, certs)
    common = (network, receipt["op_id"], submission, said)
    local = _check_entry("local", receipt["local"], genesis, cert, *common)
    divisions = {cert["division"]}
    for i, item in enumerate(receipt["held"]):
        divisions.add(_check_held("held[%d]" % i, item, local, genesis, cert, common, certs))
    return len(divisions)


def _check_held(where, item, local, genesis, cert, common, certs):
    network = common[0]
    (entry, seal) = local
    if item["genesis"]:
        genesis, cert = _log_of(where + ".genesis", item["genesis"], network, certs)
    if item["entry"]:
        entry, seal = _check_entry(where, item, genesis, cert, *common)
    place = _try(where + ".frontier_item", R.frontier_item, item["frontier_item"])
    if place["log"] != genesis["id"] or place["blob_seq"] < entry["seq"] or entry["seq"] in place["holes"]:
        raise Fails(where + ".frontier_item")
    for i, carried in enumerate(item["between"]):
        at = "%s.between[%d]" % (where, i)
        following = _check_seal(at, carried, network, genesis["id"], cert)
        if following["first"] != seal["last"] + 1 or following["prev"] != seal["hash"]:
            raise Fails(at)
        seal = following
    if seal["last"] != place["seq"] or seal["hash"] != place["seal"]:
        raise Fails(where + ".between")
    return _check_frontier(where, item, network, certs)


def _check_frontier(where, item, network, certs):
    if item["frontier"] is None:
        raise Fails(where + ".frontier")
    head = _try(where + ".frontier", R.frontier_head, item["frontier"]["head"])
    if not R.path_holds("frontier", item["frontier_item"], item["item_index"], head["item_count"], item["item_path"], head["root"]):
        raise Fails(where + ".item_path")
    signer = certs.get(head["signer"])
    if signer is None or signer["network"] != network or signer["subject"] != 2:
        raise Fails(where + ".frontier")
    if not R.verifies("cw1:frontier", network, item["frontier"]["head"], signer["sign_key"], item["frontier"]["signature"]):
        raise Fails(where + ".frontier")
    return signer["division"]


def check_fork(raw, network, cert):
    proof = _try("fork_proof", lambda x: R.parse(R.FORK_PROOF, x, strict=False), raw)
    genesis = _try("genesis", R.log_genesis, proof["genesis"])
    if genesis["network"] != network or genesis["cert"] != cert["id"]:
        raise Fails("genesis")
    a, b = (_check_fork_seal(n, proof[n], network, genesis["id"], cert) for n in ("first", "second"))
    if a["hash"] == b["hash"]:
        raise Fails("the seals are one")
    if a["first"] > b["last"] or b["first"] > a["last"]:
        raise Fails("the ranges do not overlap")


def _check_fork_seal(where, carried, network, log, cert):
    if carried is None:
        raise Fails(where)
    seal = _try(where, R.seal, carried["seal"])
    if seal["log"] != log:
        raise Fails(where + ": another log")
    if not R.seal_signed(network, carried, key=cert["sign_key"]):
        raise Fails(where + ": signature")
    seal["hash"] = h("cw1:seal", carried["seal"])
    return seal
