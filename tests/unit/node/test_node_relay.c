/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/lab.h"

#include <check.h>

/*
 * What a relay could exchange of an entry that was sealed by somebody else. The daemon that gets it must know,
 * without any key, that the relay made it: or an honest origin's entry is void here and counts elsewhere.
 */

static struct lab *lab;
static struct lab_node *north, *east;
static uint8_t frame_memory[MESSAGE_LEN_MAX];
static struct room arena_memory = ROOM(16 << 20);

static void two_nodes(void)
{
    lab = lab_new(2);
    north = &lab->nodes[0];
    east = &lab->nodes[1];
    lab_start(north);
    lab_start(east);
    lab_run(lab, 500);
}

static void end(void)
{
    lab_free(lab);
}

/* The frame in which north pushes what it just sequenced. */
static struct cw_slice pushed_frame(struct arena *arena)
{
    for (const struct lab_frame *f = east->inbox; f != NULL; f = f->next) {
        struct cw_slice bytes = slice(f->bytes, f->len);
        size_t mark = arena_mark(arena);
        struct peer_message m;

        if (peer_message_parse(bytes, arena, &m) == CW_OK && m.kind == PEER_ENTRIES)
            return bytes;
        arena_release(arena, mark);
    }
    ck_abort_msg("north pushed nothing");
}

/* --- exchanges ------------------------------------------------------------------------------------------------ */

static struct cw_slice encoded(const struct author_proof *proof, struct arena *arena)
{
    struct writer w = writer_over(arena_take(arena, PROOF_LEN_MAX, 1), PROOF_LEN_MAX);

    author_proof_encode(proof, &w);
    ck_assert(!w.failed);
    return slice(w.data, w.len);
}

static struct cw_slice turned(struct cw_slice bytes, size_t at, struct arena *arena)
{
    uint8_t *copy = arena_take(arena, bytes.len, 1);

    memcpy(copy, bytes.data, bytes.len);
    copy[at] ^= 1;
    return slice(copy, bytes.len);
}

static void nothing(struct entry_record *e, struct arena *arena)
{
    (void)e;
    (void)arena;
}

static void as_single(struct entry_record *e, struct arena *arena)
{
    e->proof.kind = PROOF_SINGLE;
    e->proof_bytes = encoded(&e->proof, arena);
    e->path_bytes = slice(NULL, 0);
}

static void other_index(struct entry_record *e, struct arena *arena)
{
    e->proof.bundle_index = 0;
    e->proof_bytes = encoded(&e->proof, arena);
}

static void other_count(struct entry_record *e, struct arena *arena)
{
    struct writer w = writer_over(arena_take(arena, 64, 1), 64);

    bundle_head_encode(4, &e->proof.bundle_root, &w);
    e->proof.bundle_head = slice(w.data, w.len);
    e->proof_bytes = encoded(&e->proof, arena);
}

static void other_signature(struct entry_record *e, struct arena *arena)
{
    e->proof.signature.b[20] ^= 1;
    e->proof_bytes = encoded(&e->proof, arena);
}

static void other_path(struct entry_record *e, struct arena *arena)
{
    e->path_bytes = turned(e->path_bytes, 40, arena);
}

static void short_path(struct entry_record *e, struct arena *arena)
{
    (void)arena;
    e->path_bytes.len -= ID_LEN;
}

static void no_path(struct entry_record *e, struct arena *arena)
{
    (void)arena;
    e->path_bytes = slice(NULL, 0);
}

static void no_proof(struct entry_record *e, struct arena *arena)
{
    (void)arena;
    e->proof_bytes = slice(NULL, 0);
}

static void cut_proof(struct entry_record *e, struct arena *arena)
{
    (void)arena;
    e->proof_bytes.len--;
}

static void other_header(struct entry_record *e, struct arena *arena)
{
    e->submission_bytes = turned(e->submission_bytes, e->submission_bytes.len - 1, arena);
}

static void a_path_where_none_belongs(struct entry_record *e, struct arena *arena)
{
    uint8_t *path = arena_take(arena, ID_LEN, 1);

    memset(path, 7, ID_LEN);
    e->path_bytes = slice(path, ID_LEN);
}

static void root_signature_as_single(struct entry_record *e, struct arena *arena)
{
    const struct author_proof single = {.kind = PROOF_SINGLE, .signature = e->proof.root_signature[0]};

    e->proof_bytes = encoded(&single, arena);
}

static void one_root_signature_more(struct entry_record *e, struct arena *arena)
{
    e->proof.root_index[e->proof.root_count] = e->proof.root_index[e->proof.root_count - 1] + 1;
    e->proof.root_signature[e->proof.root_count] = e->proof.root_signature[0];
    e->proof.root_count++;
    e->proof_bytes = encoded(&e->proof, arena);
}

static void other_root_index(struct entry_record *e, struct arena *arena)
{
    e->proof.root_index[0]++;
    e->proof_bytes = encoded(&e->proof, arena);
}

/* Whether east would take the batch once `change` was done to its first entry. */
static bool is_taken(struct cw_slice frame, void (*change)(struct entry_record *e, struct arena *arena))
{
    struct arena arena = room_arena(&arena_memory);
    const struct reader_identity who = {north->index + 1, false, lab->world.daemons[WORLD_NTH].id, SUBJECT_DAEMON};
    struct writer w = writer_over(frame_memory, sizeof frame_memory);
    struct peer_message m;
    struct input in;

    ck_assert_int_eq(peer_message_parse(frame, &arena, &m), CW_OK);
    change(&m.as.entries.batches[0].entries[0], &arena);
    ck_assert_int_eq(peer_message_encode(&m, &arena, &w), CW_OK);
    ck_assert_int_eq(intake_peer(east->node, &who, slice(frame_memory, w.len), &arena, &in), CW_OK);
    ck_assert(in.as.peer->batches[0].signer_known);
    return in.as.peer->batches[0].seal_ok;
}

/* --- tests ------------------------------------------------------------------------------------------------------ */

static void expect_bundle_is_named(void)
{
    static void (*const changes[])(struct entry_record *, struct arena *) = {
        as_single,  other_index, other_count, other_signature, other_path,
        short_path, no_path,     no_proof,    cut_proof,       other_header,
    };
    struct arena arena = room_arena(&arena_memory);
    struct cw_slice frame = pushed_frame(&arena);

    ck_assert(is_taken(frame, nothing));
    for (size_t i = 0; i < CW_COUNT(changes); i++)
        ck_assert_msg(!is_taken(frame, changes[i]), "exchange %zu was taken", i);
}

START_TEST(whatever_a_relay_exchanges_of_a_bundled_entry_is_its_own_making)
{
    struct lab_op op;

    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    lab_run(lab, 500); /* the audience's key was made and told */
    lab_open_case(lab, 2, SPOIL_BUNDLED, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    expect_bundle_is_named();
}
END_TEST

/* No certificate is needed to see it. */
START_TEST(so_it_is_when_the_author_is_not_known_yet)
{
    struct lab_op op;

    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    lab_run(lab, 500);
    lab_hand_in(north, lab->late);
    lab_drop_frames(east); /* the certificate does not reach east: only what its officer wrote does */
    lab_open_case(lab, 2, SPOIL_STRANGER_BUNDLED, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    expect_bundle_is_named();
}
END_TEST

START_TEST(whatever_a_relay_exchanges_of_a_single_proof_is_its_own_making)
{
    static void (*const changes[])(struct entry_record *, struct arena *) = {
        other_signature, no_proof, cut_proof, other_header, a_path_where_none_belongs,
    };
    struct arena arena = room_arena(&arena_memory);
    struct lab_op op;
    struct cw_slice frame;

    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    lab_run(lab, 500);
    lab_open_case(lab, 2, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    frame = pushed_frame(&arena);
    ck_assert(is_taken(frame, nothing));
    for (size_t i = 0; i < CW_COUNT(changes); i++)
        ck_assert_msg(!is_taken(frame, changes[i]), "exchange %zu was taken", i);
}
END_TEST

START_TEST(whatever_a_relay_exchanges_of_a_root_act_is_its_own_making)
{
    static void (*const changes[])(struct entry_record *, struct arena *) = {
        root_signature_as_single, one_root_signature_more, other_root_index, no_proof, a_path_where_none_belongs,
    };

    ck_assert(is_taken(lab->root, nothing));
    for (size_t i = 0; i < CW_COUNT(changes); i++)
        ck_assert_msg(!is_taken(lab->root, changes[i]), "exchange %zu was taken", i);
}
END_TEST

/* A bundle needs no certificate to be stored: it waits for one as anything else does. */
START_TEST(a_bundle_of_an_unknown_author_is_pending_until_his_certificate_comes)
{
    struct lab_op op;

    lab->cut = true;
    lab_hand_in(north, lab->late);
    lab_open_case(lab, 1, SPOIL_STRANGER_BUNDLED, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    lab->cut = false;
    lab_run(lab, 200000);
    ck_assert(lab_same_frontiers(lab));
    ck_assert(lab_same_case(lab, &op.case_id));
    ck_assert_uint_eq(lab_counter(east, COUNTER_PENDING), 0);
    ck_assert_uint_eq(lab_counter(east, COUNTER_VOID), 0);
}
END_TEST

Suite *suite_node_relay(void);
Suite *suite_node_relay(void)
{
    Suite *suite = suite_create("node/relay");
    TCase *t = tcase_create("relay");

    tcase_add_checked_fixture(t, two_nodes, end);
    tcase_add_test(t, whatever_a_relay_exchanges_of_a_bundled_entry_is_its_own_making);
    tcase_add_test(t, so_it_is_when_the_author_is_not_known_yet);
    tcase_add_test(t, whatever_a_relay_exchanges_of_a_single_proof_is_its_own_making);
    tcase_add_test(t, whatever_a_relay_exchanges_of_a_root_act_is_its_own_making);
    tcase_add_test(t, a_bundle_of_an_unknown_author_is_pending_until_his_certificate_comes);
    suite_add_tcase(suite, t);
    return suite;
}
