/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/proto/record_kinds.h"
#include "tests/unit/proto/samples.h"
#include "tests/vectors/vectors.h"

/* Records whose spelling is right and whose content breaks one rule each: read a sample, change it, write it. */

static uint8_t memory[1 << 15];

static struct writer fresh(void)
{
    return writer_over(memory, sizeof(memory));
}

static const struct record_kind *kind_named(const char *name)
{
    size_t i = 0;

    while (i + 1 < CW_COUNT(record_kinds) && strcmp(record_kinds[i].name, name) != 0)
        i++;
    world_must(strcmp(record_kinds[i].name, name) == 0, name);
    return &record_kinds[i];
}

static void put(struct out *o, const char *kind, const char *reason, const struct writer *w)
{
    static uint8_t arena_memory[1 << 20], written[1 << 15];
    struct arena arena = arena_over(arena_memory, sizeof(arena_memory));
    struct writer back = writer_over(written, sizeof(written));

    out_vector(o, kind, reason, reason);
    out_hex(o, "bytes", slice(w->data, w->len));
    out_check(o, !w->failed && kind_named(kind)->reencode(slice(w->data, w->len), &arena, &back) != CW_OK, reason);
}

/* Reads the sample of one kind and shape into x, changes it, and writes it as a vector. */
#define BREAK_READ(o, record, parsed, reason, change) \
    do {                                              \
        struct record x;                              \
        struct writer w = fresh();                    \
        world_must((parsed) == CW_OK, #record);       \
        change;                                       \
        record##_encode(&x, &w);                      \
        put((o), #record, (reason), &w);              \
    } while (0)
#define BREAK(o, record, shape, reason, change) \
    BREAK_READ(o, record, record##_parse(sample_of(#record, (shape)), &x), reason, change)
#define BREAK_PROOF(o, shape, reason, change)                                                                       \
    BREAK_READ(o, author_proof, author_proof_parse(sample_of("author_proof", (shape)), slice(NULL, 0), &x), reason, \
               change)

/* One line a rule; what the macro makes of it counts against nobody. */
/* NOLINTBEGIN(readability-function-size,misc-misleading-bidirectional) */
static void break_identity(struct out *o)
{
    BREAK(o, network_genesis, 0, "threshold above the number of keys", x.threshold = 4);
    BREAK(o, network_genesis, 0, "threshold of zero", x.threshold = 0);
    BREAK(o, network_genesis, 0, "one root key twice", memcpy(x.root_keys[1], x.root_keys[0], KEY_LEN));
    BREAK(o, network_genesis, 0, "no root key", x.root_key_count = 0);
    BREAK(o, network_genesis, 0, "name of no characters", x.name = slice_of(""));
    BREAK(o, certificate, 0, "division in lower case", x.division = slice_of("nth"));
    BREAK(o, certificate, 0, "division with a dash", x.division = slice_of("N-TH"));
    BREAK(o, certificate, 0, "division of 17 characters", x.division = slice_of("ABCDEFGHIJKLMNOPQ"));
    BREAK(o, certificate, 0, "name with a direction control",
          x.name = slice_of("a\xe2\x80\xae"
                            "b"));
    BREAK(o, certificate, 0, "name with a line feed", x.name = slice_of("a\nb"));
    BREAK(o, certificate, 0, "name not in normal form", x.name = slice_of("cafe\xcc\x81"));
    BREAK(o, certificate, 0, "name of 81 bytes",
          x.name = slice_of("123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 1"));
    BREAK(o, certificate, 0, "roles that do not ascend", x.roles[2] = x.roles[1]);
    BREAK(o, certificate, 0, "role 0", x.roles[0] = 0);
    BREAK(o, certificate, 0, "role 65536", x.roles[2] = 65536);
    BREAK(o, certificate, 0, "ends before it begins", x.not_before.ms = x.not_after.ms + 1);
    BREAK(o, certificate, 0, "a time of 2^63", x.not_after.ms = INT64_MIN);
    BREAK(o, certificate, 0, "subject 0", x.subject = SUBJECT_UNKNOWN);
    BREAK(o, certificate, 0, "a person without issuer", memset(&x.issuer, 0, sizeof(x.issuer)));
    BREAK(o, certificate, 0, "an authority with an issuer", x.subject = SUBJECT_AUTHORITY);
}

static void break_acts(struct out *o)
{
    BREAK(o, authority_record, 0, "act 0", x.act = ACT_UNKNOWN);
    BREAK(o, act_issue, 0, "no certificate", x.certificate = slice_of(""));
    BREAK(o, act_revoke, 0, "kind 0", x.kind = REVOKE_UNKNOWN);
    BREAK(o, act_policy, 0, "no name", x.name = slice_of(""));
    BREAK(o, act_policy, 0, "value with a control character", x.value = slice_of("1\t2"));
    BREAK(o, act_rotate_root, 0, "threshold above the number of keys", x.threshold = 3);
    BREAK(o, act_rotate_root, 0, "one root key twice", memcpy(x.root_keys[1], x.root_keys[0], KEY_LEN));
}

static void break_submissions(struct out *o)
{
    uint8_t head[64];
    struct writer head_out = writer_over(head, sizeof(head));
    const struct hash root = {{1}};

    bundle_head_encode(1025, &root, &head_out);
    BREAK(o, submission_header, 0, "class 0", x.op_class = CLASS_UNKNOWN);
    BREAK(o, submission_header, 0, "class 65536", x.op_class = (enum op_class)65536);
    BREAK(o, submission_header, 0, "no part", x.part_count = 0);
    BREAK(o, submission_header, 0, "size class 11", x.parts[0].size_class = SIZE_CLASS_MAX + 1);
    BREAK(o, submission_header, 0, "a time of 2^63", x.author_time.ms = INT64_MIN);
    BREAK_PROOF(o, 0, "index beyond the count", x.bundle_index = 1000);
    BREAK_PROOF(o, 0, "bundle of 1025", x.bundle_head = slice(head, head_out.len));
    BREAK_PROOF(o, 0, "bundle without signature", memset(&x.signature, 0, sizeof(x.signature)));
    BREAK_PROOF(o, 1, "no signature at all", memset(&x.signature, 0, sizeof(x.signature)));
    BREAK_PROOF(o, 2, "root signatures that do not ascend", x.root_index[1] = 0);
    BREAK_PROOF(o, 2, "root key 8", x.root_index[1] = 8);
}

/* What the encoder of our own would tidy away: put together by hand. */
static void break_proof_shape(struct out *o)
{
    uint8_t both[2048];
    struct writer w = writer_over(both, sizeof(both));
    struct cw_slice single = sample_of("author_proof", 1);

    writer_slice(&w, single);
    struct cw_slice threshold = sample_of("author_proof", 2);
    writer_bytes(&w, threshold.data + 2, threshold.len - 2);
    put(o, "author_proof", "single and threshold at once", &w);
    w.len = 0;
    writer_slice(&w, sample_of("author_proof", 1));
    writer_bytes(&w, (const uint8_t[]){0x20, 0x01}, 2);
    put(o, "author_proof", "single with a bundle index", &w);
    w.len = 0;
    writer_slice(&w, sample_of("author_proof", 1));
    writer_bytes(&w, (const uint8_t[]){0x2a, 0x20}, 2);
    writer_bytes(&w, (const uint8_t[32]){1}, 32);
    put(o, "author_proof", "field 5, which is not given", &w);
}

static void break_logs(struct out *o)
{
    BREAK(o, genesis, 0, "scope 4", x.scope = (enum log_scope)4);
    BREAK(o, genesis, 0, "a root log with a division", x.scope = LOG_ROOT);
    BREAK(o, genesis, 0, "a division log without certificate", memset(&x.cert, 0, sizeof(x.cert)));
    BREAK(o, genesis, 0, "a division log without division", x.division = slice_of(""));
    BREAK(o, entry_header, 0, "seq 0", x.seq = 0);
    BREAK(o, entry_header, 0, "kind 0", x.kind = CLASS_UNKNOWN);
    BREAK(o, entry_header, 0, "no part", x.part_count = 0);
    BREAK(o, entry_header, 0, "a part above 1 MiB", x.parts[0].len = MESSAGE_LEN_MAX + 1);
    BREAK(o, seal, 0, "last below first", x.last = x.first - 1);
    BREAK(o, seal, 0, "257 entries", x.last = x.first + SEAL_ENTRIES_MAX);
    BREAK(o, seal, 0, "from seq 0", (x.first = 0, x.last = 3));
    BREAK(o, seal, 0, "ext of 65 bytes", x.ext = slice(memory, 65));
}

static void break_keys_and_frontiers(struct out *o)
{
    BREAK(o, key_record, 0, "no audience", x.audience = slice_of(""));
    BREAK(o, key_record, 0, "audience with a control character",
          x.audience = slice_of("for\x01"
                                "ce"));
    BREAK(o, envelope_plain, 0, "no audience", x.audience = slice_of(""));
    BREAK(o, frontier_head, 0, "4097 items", x.item_count = LOGS_MAX + 1);
    BREAK(o, frontier_item, 0, "blobs beyond the headers", x.blob_seq = x.seq + 1);
    BREAK(o, frontier_item, 0, "a hole at blob seq", x.holes[63] = x.blob_seq);
    BREAK(o, frontier_item, 0, "holes that do not ascend", x.holes[1] = x.holes[0]);
    BREAK(o, frontier_item, 0, "hole 0", x.holes[0] = 0);
}

static void break_enrolment(struct out *o)
{
    static uint8_t arena_memory[1 << 10];
    struct arena arena = arena_over(arena_memory, sizeof(arena_memory));

    BREAK(o, enrol_request, 0, "title with a capital", x.title = slice_of("East"));
    BREAK(o, enrol_request, 0, "title that begins with a digit", x.title = slice_of("2east"));
    BREAK(o, enrol_request, 0, "title of 25 characters", x.title = slice_of("abcdefghijklmnopqrstuvwxy"));
    BREAK(o, enrol_request, 0, "address that is no tcp", x.address = slice_of("ipc:///run/x:4700"));
    BREAK(o, enrol_request, 0, "address with a quotation mark", x.address = slice_of("tcp://a\"b:4700"));
    BREAK(o, enrol_request, 0, "address with a variable", x.address = slice_of("tcp://${HOME}:4700"));
    BREAK(o, enrol_request, 0, "address of everything", x.address = slice_of("tcp://*:4700"));
    BREAK(o, enrol_request, 0, "address without a port", x.address = slice_of("tcp://east.example"));
    BREAK(o, enrol_request, 0, "port 65536", x.address = slice_of("tcp://east.example:65536"));
    BREAK(o, enrol_request, 0, "port 04700", x.address = slice_of("tcp://east.example:04700"));
#define BREAK_JOIN(reason, change) \
    arena.used = 0;                \
    BREAK_READ(o, join, join_parse(sample_of("join", 0), &arena, &x), reason, change)
    BREAK_JOIN("no genesis", x.genesis = slice_of(""));
    BREAK_JOIN("one peer twice", x.peers[1].cert = x.peers[0].cert);
    BREAK_JOIN("two peers with one title", x.peers[1].title = x.peers[0].title);
    BREAK_JOIN("the member is its own peer", x.peers[1].cert = x.member.cert);
    BREAK_JOIN("a peer's address with a line end", x.peers[0].address = slice_of("tcp://a\n:4700"));
    BREAK_JOIN("a member's title with a slash", x.member.title = slice_of("east/.."));
#undef BREAK_JOIN
}

/* A list that breaks a rule must be a copy: the arena's is const. */
static void break_wraps_and_envelopes(struct out *o)
{
    static uint8_t arena_memory[1 << 12];
    struct arena arena = arena_over(arena_memory, sizeof(arena_memory));
    struct op_part parts[3];
    struct cert_id recipients[3];

#define BREAK_LIST(record, shape, reason, change) \
    arena.used = 0;                               \
    BREAK_READ(o, record, record##_parse(sample_of(#record, (shape)), &arena, &x), reason, change)
#define CHANGED(list, count, change) (memcpy(list, x.list, (count) * sizeof(list)[0]), (change), x.list = (list))
    BREAK_LIST(wraps_record, 0, "no part", x.part_count = 0);
    BREAK_LIST(wraps_record, 0, "one part twice", CHANGED(parts, 3, parts[1].part = parts[0].part));
    BREAK_LIST(wraps_record, 0, "ops that do not ascend", CHANGED(parts, 3, parts[2].op.b[0] = 0));
    BREAK_LIST(wraps_record, 0, "part 8", CHANGED(parts, 3, parts[1].part = PARTS_MAX));
    BREAK_LIST(envelopes_record, 0, "no recipient", x.recipient_count = 0);
    BREAK_LIST(envelopes_record, 0, "one recipient twice", CHANGED(recipients, 3, recipients[1] = recipients[0]));
}

static void break_erasure(struct out *o)
{
    static uint8_t arena_memory[1 << 12];
    struct arena arena = arena_over(arena_memory, sizeof(arena_memory));
    struct op_part parts[3];
    struct position cut[2];

    BREAK_LIST(erasure_record, 0, "neither parts nor a case", x.part_count = 0);
    BREAK_LIST(erasure_record, 0, "parts and a case", x.has_case = true);
    BREAK_LIST(erasure_record, 2, "a case without a cut", x.cut_count = 0);
    BREAK_LIST(erasure_record, 2, "a cut without a case", x.has_case = false);
    BREAK_LIST(erasure_record, 0, "a frame alone", CHANGED(parts, 3, parts[0].part = 0));
    BREAK_LIST(erasure_record, 2, "a cut at seq 0", CHANGED(cut, 2, cut[0].seq = 0));
    BREAK_LIST(erasure_record, 2, "a cut at no seal", CHANGED(cut, 2, memset(&cut[1].seal, 0, ID_LEN)));
    BREAK_LIST(erasure_record, 2, "one log twice", CHANGED(cut, 2, cut[1].log = cut[0].log));
    BREAK_LIST(erasure_record, 0, "one person twice", x.approver = x.requester);
    BREAK_LIST(erasure_record, 0, "basis 0", x.basis = ERASURE_UNKNOWN);
    BREAK_LIST(erasure_record, 0, "basis 256", x.basis = (enum erasure_basis)256);
    BREAK(o, erased_record, 0, "erased at no time", x.erased_at.ms = 0);
    BREAK(o, erased_record, 0, "a time of 2^63", x.backups_until.ms = INT64_MIN);
}

static void break_audience(struct out *o)
{
    static uint8_t arena_memory[1 << 12];
    struct arena arena = arena_over(arena_memory, sizeof(arena_memory));
    struct cw_slice added[2];
    struct cw_op_id after[2];

    BREAK_LIST(audience_record, 1, "nothing changes", x.added_count = 0);
    BREAK_LIST(audience_record, 0, "one name twice", CHANGED(added, 2, added[1] = added[0]));
    BREAK_LIST(audience_record, 0, "a name before the one that it begins with",
               CHANGED(added, 2, (added[0] = slice_of("forces"), added[1] = slice_of("force"))));
    BREAK_LIST(audience_record, 0, "added and removed", CHANGED(added, 2, added[0] = slice_of("armed")));
    BREAK_LIST(audience_record, 0, "a name of no characters", CHANGED(added, 2, added[0] = slice_of("")));
    BREAK_LIST(audience_record, 0, "a name with a control character", CHANGED(added, 2, added[0] = slice_of("a\tb")));
    BREAK_LIST(audience_record, 0, "one record twice", CHANGED(after, 2, after[1] = after[0]));
}

static void break_later_acts(struct out *o)
{
    static uint8_t arena_memory[1 << 12];
    struct arena arena = arena_over(arena_memory, sizeof(arena_memory));
    struct cw_op_id ops[3];

    BREAK_LIST(act_reinstate, 0, "no op", x.op_count = 0);
    BREAK_LIST(act_reinstate, 0, "one op twice", CHANGED(ops, 3, ops[2] = ops[1]));
    BREAK(o, act_fork_judgement, 0, "from seq 0", x.from = 0);
    BREAK(o, act_fork_judgement, 0, "a head below what is judged", x.from = 301);
    BREAK(o, act_fork_judgement, 0, "one head twice", x.heads[1] = x.heads[0]);
    BREAK(o, act_fork_judgement, 0, "heads that do not ascend", (x.from = 1, x.heads[2].seq = 2));
    BREAK(o, act_fork_judgement, 0, "key 0", x.key = JUDGED_KEY_UNKNOWN);
    BREAK(o, act_versions, 1, "nothing is said", x.object_count = 0);
    BREAK(o, act_versions, 0, "writers of 65536", x.writers_min = 65536);
    BREAK(o, act_versions, 0, "one object twice", x.objects[1].object = x.objects[0].object);
    BREAK(o, act_versions, 0, "least above most", x.objects[0].least = 3);
    BREAK(o, act_versions, 0, "least 0", x.objects[0].least = 0);
    BREAK(o, act_versions, 0, "object 0", x.objects[0].object = 0);
#undef CHANGED
#undef BREAK_LIST
}

/* NOLINTEND(readability-function-size,misc-misleading-bidirectional) */

static void break_envelopes(struct out *o)
{
    struct writer w = fresh();

    envelopes_encode(NULL, 0, &w);
    put(o, "envelopes", "no envelope", &w);
    w = fresh();
    writer_bytes(&w, (const uint8_t[]){0x08, 0x01, 0x12, 0x00}, 4);
    put(o, "envelopes", "an empty envelope", &w);
}

void make_broken_rules(struct out *o)
{
    break_identity(o);
    break_acts(o);
    break_submissions(o);
    break_proof_shape(o);
    break_logs(o);
    break_keys_and_frontiers(o);
    break_envelopes(o);
    break_enrolment(o);
    break_wraps_and_envelopes(o);
    break_erasure(o);
    break_audience(o);
    break_later_acts(o);
}
