# SPDX-License-Identifier: Apache-2.0
"""An exported history, verified by the numbered steps of docs/protocol.md §8.1."""

import records as R
from records import Bad, Newer, h

RECORD_LEN_MAX = 2097152
LOGS_NAMED_MAX = 16  # by the seals of one log
AUTHORITIES_MAX = 15
ROTATIONS_MAX = 255
ENCRYPTED = (1, 10)


class Stop(Exception):
    """A failure after which a log (or everything) is not looked at further: name, why, log, seq."""


class Blob(Exception):
    """What step 14 finds wrong: name, why."""


def read_or_none(parser, raw):
    try:
        return parser(raw)
    except Bad:
        return None


def lawless(header, record, said, proof):
    """Rules 1 and 2 of §5.2: what the origin should not have sealed."""
    if said is None or proof is None:
        return "grammar"
    if not names_its_op(header, record) or said["op_class"] != header["kind"]:
        return "op"
    return None if parts_agree(header, said) else "parts"


def names_its_op(header, record):
    return h("cw1:op", record["submission"]) == header["op_id"]


def parts_agree(header, said):
    """Rule 2 of §5.2: part lengths, and keys exactly where something is encrypted."""
    extra = 72 if header["kind"] in ENCRYPTED else 32
    sizes = [extra + (256 << ref["size_class"]) for ref in said["parts"]]
    return sizes == [part["len"] for part in header["parts"]] and (header["kind"] in ENCRYPTED) == bool(header["keys"])


class Log:
    def __init__(self, log_id, genesis):
        self.id, self.genesis = log_id, genesis
        self.last, self.prev, self.hlc = 0, log_id, -1
        self.authority = {}
        self.stopped = False


class History:
    """findings: (failure, record number, log hex, seq, why). voids: counted reasons, which are lawful."""

    def __init__(self, network=None):
        self.network, self.pinned = None, network
        self.root_keys, self.threshold = [], 0
        self.certs = {}        # id -> certificate with place (log, seq), revoked (seq or None)
        self.admitted = {}     # authority log id -> certificate id
        self.critical = set()  # logs whose records are no longer applied
        self.rotations = 0
        self.logs = {}
        self.findings, self.voids = [], {}
        self.counts = {"records": 0, "entries": 0, "seals": 0, "opened": 0}
        self.record = 0
        self.entries_wrong = False  # of this record: opened parts may belong to what is wrong

    def found(self, failure, why, log=None, seq=0):
        self.findings.append((failure, self.record, log.hex() if log else "", seq, why))

    # --- 1 to 3 -----------------------------------------------------------------------------------

    def read(self, raw):
        try:
            self.read_all(raw)
        except Stop as stop:
            self.found(*stop.args)
        return not self.findings

    def read_all(self, raw):
        at = 0
        while True:
            self.record += 1
            if at == len(raw):
                raise Stop("count", "the file ends before its last record")
            if len(raw) - at < 4:
                raise Stop("record", "a length is cut short")
            size = int.from_bytes(raw[at:at + 4], "big")
            at += 4
            if size > RECORD_LEN_MAX or size > len(raw) - at:
                raise Stop("record", "a record is longer than the file, or than a record may be")
            try:
                record = R.export_record(raw[at:at + size])
            except Bad as bad:
                raise Stop("record", str(bad)) from bad
            at += size
            if (self.record == 1) != (record["network_genesis"] is not None):
                raise Stop("network", "the first record, and no other, names the network")
            if self.record == 1:
                self.read_network(record["network_genesis"])
            if record["count"] is not None:
                self.read_end(record)
                if at != len(raw):
                    self.record += 1
                    raise Stop("count", "something follows the last record")
                return
            self.counts["records"] += 1
            self.read_record(record)

    def read_end(self, record):
        if record["network_genesis"] is not None or record["entries"] is not None or record["opened"] or record["frontiers"]:
            raise Stop("count", "the last record holds more than its count")
        if record["count"] != self.record - 1:
            raise Stop("count", "it counts %d records before it, there are %d" % (record["count"], self.record - 1))

    def read_record(self, record):
        entries = {}
        self.entries_wrong = False
        if record["entries"] is not None:
            self.read_segment(record["entries"], entries)
        for opened in record["opened"]:
            self.read_opened(opened, entries)
        for frontier in record["frontiers"]:
            self.read_frontier(frontier)

    def read_network(self, raw):
        try:
            genesis = R.network_genesis(raw)
        except Bad as bad:
            raise Stop("network", str(bad)) from bad
        self.network = h("cw1:network", raw)
        if self.pinned is not None and self.network != self.pinned:
            raise Stop("network", "it is network " + self.network.hex())
        self.root_keys, self.threshold = genesis["root_keys"], genesis["threshold"]

    # --- 4 to 12 ----------------------------------------------------------------------------------

    def read_segment(self, segment, entries):
        found = len(self.findings)
        log = None
        try:
            if len(segment["log"]) != 32:
                raise Stop("genesis", "the segment does not say which log it is of")
            log = self.log_of(segment)
            for batch in segment["batches"]:
                if not log.stopped:
                    self.read_batch(log, batch, entries)
        except Stop as stop:
            self.found(*stop.args)
            if len(segment["log"]) == 32:
                self.logs[segment["log"]].stopped = True
        self.entries_wrong = len(self.findings) != found or log is None or log.stopped

    def log_of(self, segment):
        log = self.logs.get(segment["log"])
        if log is None:
            return self.open_log(segment)
        if not log.stopped and segment["genesis"] and h("cw1:genesis", segment["genesis"]) != log.id:
            raise Stop("genesis", "another genesis than the log's", log.id)
        return log

    def open_log(self, segment):
        raw, log_id = segment["genesis"], segment["log"]
        log = self.logs[log_id] = Log(log_id, None)
        try:
            log.genesis = R.log_genesis(raw)
        except Bad as bad:
            raise Stop("genesis", str(bad), log_id) from bad
        if log.genesis["id"] != log_id or log.genesis["network"] != self.network:
            raise Stop("genesis", "the log's id is not the hash of its genesis, or it is of another network", log_id)
        self.check_owner(log)
        return log

    def check_owner(self, log):
        genesis = log.genesis
        cert = self.certs.get(genesis["cert"])
        if genesis["scope_kind"] == 3:
            ok = len(self.logs) == 1
        elif genesis["scope_kind"] == 2:
            ok = self.admitted.get(log.id) == genesis["cert"] and cert["division"] == genesis["division"]
        else:
            ok = cert is not None and cert["subject"] == 2 and cert["division"] == genesis["division"]
        if not ok:
            log.stopped = True
            raise Stop("log-owner", "no certificate of this network may write it", log.id)

    def read_batch(self, log, batch, entries):
        carried = batch["seal"] or {"seal": b"", "signatures": []}
        seal = self.read_seal(log, carried)
        headers = self.read_headers(log, seal, batch["entries"])
        try:
            self.check_root(log, seal, batch["entries"])
            self.check_order(log, seal, headers)
        except Stop as stop:
            self.found(*stop.args)
            log.stopped = True
        read = [self.read_entry(log, header, record) for header, record in zip(headers, batch["entries"])]
        if log.stopped:
            return  # what stands in it was named, and is not taken
        self.see(log, seal)
        self.counts["seals"] += 1
        self.counts["entries"] += len(headers)
        rotations = [self.take_entry(log, entry, entries) for entry in read if entry is not None]
        log.last, log.prev, log.hlc = seal["last"], h("cw1:seal", carried["seal"]), headers[-1]["hlc"]
        for rotation in filter(None, rotations):
            self.root_keys, self.threshold = rotation

    def read_seal(self, log, carried):
        at = log.last + 1
        try:
            seal = R.seal(carried["seal"])
        except Bad as bad:
            raise Stop("seal", str(bad), log.id, at) from bad
        if seal["log"] != log.id:
            raise Stop("seal", "it names another log", log.id, at)
        if seal["first"] != at:
            raise Stop("gap", "seq %d is followed by %d" % (log.last, seal["first"]), log.id, at)
        if seal["prev"] != log.prev:
            raise Stop("prev", "the seal names another one before it", log.id, at)
        if not self.is_signed(log, carried):
            raise Stop("seal-signature", "the seal's signature does not verify", log.id, at)
        return seal

    def is_signed(self, log, carried):
        if log.genesis["scope_kind"] == 3:
            return R.seal_signed(self.network, carried, root_keys=self.root_keys, threshold=self.threshold)
        return R.seal_signed(self.network, carried, key=self.certs[log.genesis["cert"]]["sign_key"])

    def read_headers(self, log, seal, carried):
        if len(carried) != seal["last"] - seal["first"] + 1:
            raise Stop("entry", "the seal covers another number of entries", log.id, seal["first"])
        headers, faults = [], []
        for i, record in enumerate(carried):
            try:
                header = R.entry_header(record["header"])
                if header["log"] != log.id or header["seq"] != seal["first"] + i:
                    raise Bad("it names another place")
                headers.append(header)
            except Bad as bad:
                faults.append(("entry", str(bad), log.id, seal["first"] + i))
        for fault in faults[:-1]:
            self.found(*fault)
        if faults:
            raise Stop(*faults[-1])
        return headers

    @staticmethod
    def check_root(log, seal, carried):
        if R.tree_root("seal", [h("cw1:entry", r["header"]) for r in carried]) != seal["root"]:
            raise Stop("root", "the entries do not lead to the seal's root", log.id, seal["first"])

    @staticmethod
    def check_order(log, seal, headers):
        at = log.hlc
        for header in headers:
            if header["hlc"] <= at:
                raise Stop("order", "hlc does not ascend", log.id, header["seq"])
            at = header["hlc"]
        if at != seal["hlc"]:
            raise Stop("order", "the seal's hlc is not its last entry's", log.id, seal["last"])
        named = {}
        for position in seal["authority"]:
            before = max(log.authority.get(position["log"], 0), named.get(position["log"], 0))
            named[position["log"]] = position["seq"]
            if position["seq"] < before:
                raise Stop("order", "an authority position goes back", log.id, seal["first"])

    @staticmethod
    def see(log, seal):
        for position in seal["authority"]:
            if position["log"] in log.authority or len(log.authority) < LOGS_NAMED_MAX:
                log.authority[position["log"]] = position["seq"]

    # --- 13 to 16 ---------------------------------------------------------------------------------

    def read_entry(self, log, header, record):
        """Steps 13 and 14: at most one finding. None where it does not carry what it names."""
        said, proof = read_or_none(R.submission_header, record["submission"]), read_or_none(R.proof, record["proof"])
        if not self.carries_what_it_names(log, header, record, proof):
            return None
        reason = lawless(header, record, said, proof)
        whole = False
        try:
            self.check_parts(header, None if reason else said, record["blobs"])
            self.check_keys(header, record["blobs"])
            whole = True
        except Blob as wrong:
            self.found(*wrong.args, log.id, header["seq"])
        payload = None if reason else self.part_0(header, said, record["blobs"])
        return {"header": header, "record": record, "said": said, "proof": proof, "reason": reason, "payload": payload, "whole": whole}

    def take_entry(self, log, entry, entries):
        """Steps 15 and 16. The root keys that a rotation names, or None."""
        header, record, said, proof, reason = (entry[k] for k in ("header", "record", "said", "proof", "reason"))
        division = log.genesis["scope_kind"] == 1
        if not reason and division:
            reason = self.void_reason(log, header, said, proof, record["submission"])
        if said and proof and names_its_op(header, record):
            op = entries.setdefault(header["op_id"], {"parts": said["parts"], "effective": False})
            op["effective"] |= not reason and division
        if reason:
            self.count_void(reason)
        if reason or division:
            return None
        try:
            return self.apply_act(log, entry)
        except Newer:
            return None
        except Bad:
            self.count_void("act")
            return None

    def count_void(self, reason):
        self.voids[reason] = self.voids.get(reason, 0) + 1

    def carries_what_it_names(self, log, header, record, proof):
        if R.submission_hash(record["submission"], record["proof"]) != header["submission"]:
            self.found("submission", "submission and proof are not those that the entry names", log.id, header["seq"])
            return False
        if proof and not R.path_fits(record["submission"], proof, record["path"]):
            self.found("submission", "the path does not lead from the op to the bundle's root", log.id, header["seq"])
            return False
        return True

    def check_parts(self, header, said, blobs):
        parts = blobs["parts"] if blobs else []
        for i, (stored, named) in enumerate(zip(parts, header["parts"])):
            if not stored:
                continue
            if len(stored) != named["len"] or h("cw1:blob", stored) != named["hash"]:
                raise Blob("blob", "part %d is not what its header names" % i)
            if said is not None and header["kind"] not in ENCRYPTED:
                self.open_clear(stored, said["parts"][i])
        if len(parts) not in (0, len(header["parts"])):
            raise Blob("blob", "%d parts, where the header names %d" % (len(parts), len(header["parts"])))

    @staticmethod
    def check_keys(header, blobs):
        wraps, envelopes = (blobs["wraps"], blobs["envelopes"]) if blobs else ([], b"")
        if len(wraps) not in (0, len(header["keys"])):
            raise Blob("blob", "%d wraps, where the header names %d keys" % (len(wraps), len(header["keys"])))
        if any(blob and h("cw1:blob", blob) != key["wraps"] for blob, key in zip(wraps, header["keys"])):
            raise Blob("blob", "wraps are not what the header names")
        if envelopes and (header["envelopes"] is None or h("cw1:blob", envelopes) != header["envelopes"]):
            raise Blob("blob", "envelopes are not what the header names")

    def part_0(self, header, said, blobs):
        """The record of a clear class, unpadded, when it is here and whole."""
        try:
            self.check_parts({**header, "parts": header["parts"][:1]}, said, {"parts": (blobs["parts"] if blobs else [])[:1]})
        except Blob:
            return None
        stored = blobs["parts"][0] if blobs and blobs["parts"] else b""
        return R.unpad(stored[32:]) if stored and header["kind"] not in ENCRYPTED else None

    @staticmethod
    def open_clear(stored, ref):
        if h("cw1:commit", stored[32:], key=stored[:32]) != ref["commit"]:
            raise Blob("commitment", "a clear part is not what its author committed to")
        try:
            R.unpad(stored[32:])
        except Bad as bad:
            raise Blob("commitment", str(bad)) from bad

    def void_reason(self, log, header, said, proof, raw):
        """§5.2, rules 3 to 6."""
        cert = self.certs.get(said["author"])
        if cert is None:
            return "author-unknown"
        place_log, place_seq = cert["place"]
        seen = log.authority.get(place_log, 0)
        if seen < place_seq:
            return "author-unseen"
        if cert["revoked"] is not None and cert["revoked"] <= seen:
            return "author-revoked"
        if proof["kind"] == "threshold" or (proof["kind"] == "bundle" and (not cert["may_bundle"] or header["kind"] != 1)):
            return "proof"
        if not R.proof_holds(self.network, raw, proof, key=cert["sign_key"]):
            return "proof"
        if header["kind"] in (3, 4) or cert["subject"] not in {1: (2, 3), 2: (2,)}.get(header["kind"], range(256)):
            return "class"
        return None

    def apply_act(self, log, entry):
        said, proof, payload, seq = entry["said"], entry["proof"], entry["payload"], entry["header"]["seq"]
        root = log.genesis["scope_kind"] == 3
        if said["op_class"] != (4 if root else 3):
            raise Bad("a class that this log may not hold")
        if said["author"] != (self.network if root else log.genesis["cert"]):
            raise Bad("made by somebody else than the log's owner")
        key = None if root else self.certs[log.genesis["cert"]]["sign_key"]
        if root != (proof["kind"] == "threshold") or (not root and proof["kind"] != "single"):
            raise Bad("a proof of another kind")
        if not R.proof_holds(self.network, entry["record"]["submission"], proof, key, self.root_keys, self.threshold):
            raise Bad("its proof does not verify")
        if log.id in self.critical:
            return None
        if payload is None:
            if entry["whole"]:
                self.found("blob", "the record itself is not here", log.id, seq)
            return None
        record = R.authority_record(payload)
        if record["act_body"] is None:
            if record["critical"]:
                self.critical.add(log.id)
            return None
        act, body = record["act"], record["act_body"]
        if act in (1, 5):
            R.certificate(body["certificate"])  # a newer one's record counts, whoever made it
        if act == 1 and root or act in (5, 6) and not root:
            raise Bad("an act that this log may not make")
        return {1: self.issue, 2: self.revoke, 5: self.admit, 6: self.rotate}.get(act, lambda *_: None)(log, seq, body)

    def issue(self, log, seq, body):
        cert = R.certificate(body["certificate"])
        issuer = log.genesis["cert"]
        if cert["network"] != self.network or cert["subject"] == 1 or cert["issuer"] != issuer:
            raise Bad("a certificate that this authority may not issue")
        if not R.verifies("cw1:cert", self.network, body["certificate"], self.certs[issuer]["sign_key"], body["issuer"]):
            raise Bad("the issuer's signature does not verify")
        if not R.verifies("cw1:possess", self.network, body["certificate"], cert["sign_key"], body["possession"]):
            raise Bad("the holder's signature does not verify")
        self.add_certificate(cert, log, seq)

    def admit(self, log, seq, body):
        cert = R.certificate(body["certificate"])
        if cert["network"] != self.network or cert["subject"] != 1:
            raise Bad("not an authority's certificate")
        if not R.verifies("cw1:cert", self.network, body["certificate"], cert["sign_key"], body["issuer"]):
            raise Bad("the authority's own signature does not verify")
        if len(self.admitted) == AUTHORITIES_MAX:
            return
        self.admitted.setdefault(body["log"], cert["id"])
        self.add_certificate(cert, log, seq)

    def add_certificate(self, cert, log, seq):
        cert["place"], cert["revoked"] = (log.id, seq), None
        self.certs.setdefault(cert["id"], cert)

    def revoke(self, log, seq, body):
        cert = self.certs.get(body["cert"])
        if cert is None or cert["place"][0] != log.id:
            raise Bad("revokes what it did not issue")
        cert["revoked"] = seq if cert["revoked"] is None else cert["revoked"]

    def rotate(self, _log, _seq, body):
        if self.rotations == ROTATIONS_MAX:
            raise Bad("the root keys were rotated too often")
        self.rotations += 1
        return body["root_keys"], body["threshold"]

    # --- 17 and 18 ---------------------------------------------------------------------------------

    def read_opened(self, opened, entries):
        op = entries.get(opened["op_id"])
        if op is None and self.entries_wrong:
            return  # it may be of what is wrong, which was said
        if op is None or opened["part"] >= len(op["parts"]):
            self.found("opened", "an opened part of no op that this record has an entry of")
            return
        ref = op["parts"][opened["part"]]
        if len(opened["r"]) != 32 or len(opened["payload"]) != 256 << ref["size_class"]:
            self.found("opened", "an opened part has another length than its size class")
        elif h("cw1:commit", opened["payload"], key=opened["r"]) != ref["commit"]:
            self.found("opened", "an opened part is not what its author committed to")
        else:
            self.counts["opened"] += op["effective"]

    def read_frontier(self, carried):
        try:
            head = R.frontier_head(carried["head"])
        except Bad as bad:
            self.found("frontier", str(bad))
            return
        cert = self.certs.get(head["signer"])
        if cert is None or cert["subject"] != 2 or not R.verifies("cw1:frontier", self.network, carried["head"], cert["sign_key"], carried["signature"]):
            self.found("frontier", "its signature does not verify")
