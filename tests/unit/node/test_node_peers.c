/* SPDX-License-Identifier: Apache-2.0 */
#include "node/answer.h"
#include "node/internal.h"
#include "node/turn.h"
#include "proto/wire.h"
#include "tests/unit/node/lab.h"

#include <casewire/casewire.h>
#include <check.h>
#include <stdlib.h>

/* What a reader is told of the other daemons: how far, since when, of which cases, and why. */

#define ANSWER_MEMORY_LEN ((size_t)4 << 20)

static struct lab *lab;
static struct lab_node *north, *east;
static uint8_t *memory;

static void two_nodes(void)
{
    lab = lab_new(2);
    north = &lab->nodes[0];
    east = &lab->nodes[1];
    lab_start(north);
    lab_start(east);
    lab_run(lab, 500);
    memory = malloc(2 * ANSWER_MEMORY_LEN);
}

static void end(void)
{
    lab_free(lab);
    free(memory);
}

static const Cw__PeerRow *row_of(const char *division)
{
    struct arena arena = arena_over(memory, ANSWER_MEMORY_LEN);
    struct reader_identity who = {LAB_CLIENT, false, lab->world.officer.id, SUBJECT_PERSON};
    struct answering a = {.node = north->node, .who = &who, .arena = &arena};
    Cw__Answer answer = CW__ANSWER__INIT;

    lab->now += 1000; /* peers are shown a few times a second */
    ck_assert_int_eq(lab_turn(north), CW_OK);
    ck_assert_int_eq(node_read_begin(north->node, &a.read), CW_OK);
    ck_assert_int_eq(answer_peers(&a, &answer), CW_OK);
    node_read_done(&a.read);
    for (size_t i = 0; i < answer.peers->n_rows; i++) {
        if (slice_eq(wire_slice(answer.peers->rows[i]->division), slice_of(division)))
            return answer.peers->rows[i];
    }
    ck_abort_msg("%s is not shown", division);
    return NULL;
}

static const Cw__PeerRow *row_of_east(void)
{
    return row_of("EST");
}

static void ck_bytes(ProtobufCBinaryData is, const char *expected)
{
    ck_assert_msg(slice_eq(wire_slice(is), slice_of(expected)), "%.*s", (int)is.len, (const char *)is.data);
}

static void east_leaves(enum link_end why)
{
    struct input down = input_link_down(east->index + 1);
    uint32_t taken;

    down.as.link_down.end = why;
    ck_assert_int_eq(node_turn(north->node, &down, 1, &taken), CW_OK);
}

START_TEST(a_peer_in_step_needs_no_reason)
{
    lab_run(lab, 3000);
    const Cw__PeerRow *row = row_of_east();

    ck_bytes(row->state, "in step");
    ck_assert_uint_eq(row->behind, 0);
    ck_assert(!row->has_why && !row->has_lacks_since_ms);
    ck_bytes(row->version, CW_VERSION_TEXT);
    ck_assert(row->has_clock_ahead_millis && row->clock_ahead_millis <= 0 && row->clock_ahead_millis > -1000);
    ck_assert_uint_eq(row->n_lacks_cases, 0);
}
END_TEST

START_TEST(what_a_peer_lacks_is_named_by_case_and_since_when)
{
    struct lab_op first, second, third;

    lab_run(lab, 3000);
    lab->cut = true;
    east_leaves(LINK_END_CLOSED);
    lab_open_case(lab, 1, SPOIL_NOTHING, &first);
    ck_assert_uint_eq(lab_ask(north, &first), CW_OK);
    lab_open_case(lab, 2, SPOIL_NOTHING, &second);
    ck_assert_uint_eq(lab_ask(north, &second), CW_OK);
    lab_set(lab, 3, &first.case_id, FIELD_TITLE, "Operation Foxglove", &lab->world.officer, &third);
    ck_assert_uint_eq(lab_ask(north, &third), CW_OK);
    const Cw__PeerRow *row = row_of_east();
    ck_assert_uint_ge(row->behind, 3); /* and perhaps the key they were written under */
    ck_assert_uint_eq(row->n_lacks_cases, 2);
    ck_assert_mem_eq(row->lacks_cases[0].data, first.case_id.b, ID_LEN);
    ck_assert_mem_eq(row->lacks_cases[1].data, second.case_id.b, ID_LEN);
    ck_assert(row->has_lacks_since_ms && row->lacks_since_ms > 0);
    ck_assert(row->has_why);
}
END_TEST

/* In step for a while; the last entry is on its way: the row says of when that is, not since when they have been in step. */
START_TEST(what_is_on_its_way_is_not_lacking_since_they_met)
{
    struct lab_op op;

    lab_run(lab, 60000);
    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    const Cw__PeerRow *row = row_of_east();
    ck_bytes(row->why_code, "catching-up");
    ck_assert_uint_ge(row->behind, 1);
    ck_assert(row->has_lacks_since_ms && !row->has_why_since_ms);
}
END_TEST

/* Its net process keeps the link up while its core hangs: what it lacks is not on its way any more. */
START_TEST(a_peer_that_says_nothing_is_not_catching_up)
{
    struct lab_op op;

    lab_run(lab, 60000);
    lab->cut = true;
    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    lab_run(lab, 30000);
    ck_bytes(row_of_east()->why_code, "catching-up");
    lab_run(lab, 40000);
    const Cw__PeerRow *row = row_of_east();
    ck_bytes(row->why_code, "hangs");
    ck_assert(row->has_why_since_ms && row->why_since_ms == row->last_seen_ms);
    lab_run(lab, 30000);
    ck_bytes(row_of_east()->state, "greeting");
    ck_bytes(row_of_east()->why_code, "CW_PEER_SESSION"); /* that it ended without a word */
}
END_TEST

START_TEST(a_peer_we_do_not_dial_is_said_not_to_have_called)
{
    lab_run(lab, 3000);
    east_leaves(LINK_END_CLOSED);
    ck_bytes(row_of_east()->why_code, "no-link");
}
END_TEST

START_TEST(a_cut_on_purpose_is_not_taken_for_a_fault)
{
    struct input cut = input_cut("EST", true);
    uint32_t taken;

    lab_run(lab, 3000);
    ck_assert_int_eq(node_turn(north->node, &cut, 1, &taken), CW_OK);
    ck_bytes(row_of_east()->why_code, "cut");
}
END_TEST

/* --- the settings were read again ----------------------------------------------------------------------------- */

static struct node_peer at(const char *division, const char *address)
{
    struct node_peer p = {.server_key = {7}};

    snprintf(p.division, sizeof p.division, "%s", division);
    snprintf(p.address, sizeof p.address, "%s", address);
    return p;
}

static uint32_t dials, hung;
static link_id dialled_last, hung_last;

static void count_dial(void *ctx, link_id link, const char *address, const uint8_t server_key[static KEY_LEN])
{
    (void)ctx, (void)address, (void)server_key;
    dials++;
    dialled_last = link;
}

static void count_hang(void *ctx, link_id link)
{
    (void)ctx;
    hung++;
    hung_last = link;
}

static const struct node_peer *listed;
static uint32_t listed_count;

static enum cw_err list_peers(void *ctx, struct arena *arena, struct node_peer **out, uint32_t *out_count)
{
    (void)ctx;
    *out = arena_copy(arena, listed, listed_count * sizeof *listed);
    *out_count = listed_count;
    return CW_OK;
}

static void tell_peers(const struct node_peer *peers, uint32_t count)
{
    struct input in = input_peers("");
    uint32_t taken;

    listed = peers;
    listed_count = count;
    north->node->ports.settings.peers = list_peers;
    dials = hung = 0;
    ck_assert_int_eq(node_turn(north->node, &in, 1, &taken), CW_OK);
}

START_TEST(peers_that_are_new_are_dialled_and_those_that_are_gone_are_hung_up)
{
    const struct node_peer west = at("WST", "tcp://192.0.2.1:4700"), south = at("STH", "tcp://192.0.2.2:4700");
    const struct node_peer both[] = {west, south}, own = at("NTH", "tcp://192.0.2.3:4700");

    north->node->ports.net.dial = count_dial;
    north->node->ports.net.hang = count_hang;
    tell_peers(&west, 1);
    ck_assert_uint_eq(dials, 1);
    link_id to_west = dialled_last;
    tell_peers(both, 2);
    ck_assert(dials == 1 && hung == 0); /* what is under way goes on */
    tell_peers(&south, 1);
    ck_assert(dials == 0 && hung == 1 && hung_last == to_west);
    tell_peers(&own, 1);
    ck_assert(dials == 0 && hung == 1); /* never ourselves */
    ck_assert_uint_eq(north->node->dialled_count, 0);
}
END_TEST

/* Or a division that never came up would be missing from what is called in sync. */
START_TEST(a_peer_that_was_never_met_is_shown_and_lacks_everything)
{
    const struct node_peer south = at("STH", "tcp://192.0.2.2:4700");
    struct node_status *status = malloc(sizeof *status);
    const struct node_peer_status *p = NULL;

    tell_peers(&south, 1);
    node_status_read(north->node, status);
    for (uint32_t i = 0; i < status->peer_count; i++) {
        if (strcmp(status->peers[i].is.division, "STH") == 0)
            p = &status->peers[i];
    }
    ck_assert_ptr_nonnull(p);
    ck_assert_int_eq(p->is.state, PEER_STATE_DOWN);
    ck_assert_uint_gt(p->is.behind, 0);
    ck_assert_str_eq(p->address, "tcp://192.0.2.2:4700");
    free(status);
}
END_TEST

START_TEST(a_peer_whose_certificate_is_not_here_is_said_to_want_its_bundle)
{
    const struct node_peer south = at("STH", "tcp://192.0.2.2:4700");

    tell_peers(&south, 1);
    const Cw__PeerRow *row = row_of("STH");
    ck_bytes(row->why_code, "no-certificate");
    ck_bytes(row->why, "this daemon does not know STH's certificate: casewire authority publish --bundle FILE");
    ck_assert(!row->has_why_since_ms && !row->has_since_ms); /* never met: not since the machine was started */
}
END_TEST

START_TEST(a_key_in_the_settings_that_is_not_the_certificates_is_said_with_the_right_one)
{
    struct node_peer other = at("EST", "tcp://192.0.2.2:4700");

    lab_run(lab, 3000);
    east_leaves(LINK_END_CLOSED);
    tell_peers(&other, 1);
    const Cw__PeerRow *row = row_of_east();
    ck_bytes(row->why_code, "other-key");
    ck_assert_ptr_nonnull(memmem(row->why.data, row->why.len, "not the one in EST's certificate, which is ", 43));
    ck_assert(!row->has_why_since_ms);
}
END_TEST

START_TEST(a_node_opens_with_several_peers)
{
    const struct node_peer two[] = {at("WST", "tcp://192.0.2.1:4700"), at("STH", "tcp://192.0.2.2:4700")};
    struct dialled *before = north->node->dialled;

    north->node->dialled = NULL; /* as at the start */
    north->node->dialled_count = 0;
    ck_assert_int_eq(dialled_make(north->node, two, 2, &north->node->dialled, &north->node->dialled_count), CW_OK);
    ck_assert_uint_eq(north->node->dialled_count, 2);
    free(before);
}
END_TEST

START_TEST(a_peer_that_moved_is_hung_up_and_dialled_where_it_is)
{
    const struct node_peer before = at("WST", "tcp://192.0.2.1:4700"), now = at("WST", "tcp://192.0.2.9:4700");

    north->node->ports.net.dial = count_dial;
    north->node->ports.net.hang = count_hang;
    tell_peers(&before, 1);
    tell_peers(&now, 1);
    ck_assert(dials == 1 && hung == 1);
}
END_TEST

/* --- sessions refused for cause --------------------------------------------------------------------------------- */

static void east_greets(const struct network_id *network, uint32_t version)
{
    struct peer_message message = {.from = {{7}}, .counter = 1, .kind = PEER_HELLO};
    static uint8_t frame[4096], scratch[1 << 16];
    struct arena arena = arena_over(scratch, sizeof scratch);
    struct writer w = writer_over(frame, sizeof frame);

    message.as.hello =
        (struct peer_hello){.v_min = version, .v_max = version, .network = *network, .cert = east->node->identity.cert};
    ck_assert_int_eq(peer_message_encode(&message, &arena, &w), CW_OK);
    lab_put_frame(north, east->index + 1, false, slice(w.data, w.len));
    ck_assert_int_eq(lab_turn(north), CW_OK);
}

START_TEST(who_is_of_another_network_or_version_is_counted)
{
    struct network_id other = north->node->identity.network;

    lab_run(lab, 3000);
    ck_assert_uint_eq(lab_counter(north, COUNTER_PEER_NETWORK), 0);
    other.b[0] ^= 1;
    lab->cut = true;
    east_greets(&other, PROTOCOL_VERSION);
    ck_assert_uint_eq(lab_counter(north, COUNTER_PEER_NETWORK), 1);
    ck_assert_uint_eq(lab_counter(north, COUNTER_PEER_VERSION), 0);
}
END_TEST

START_TEST(who_speaks_no_version_of_ours_is_counted)
{
    lab_run(lab, 3000);
    lab->cut = true;
    east_greets(&north->node->identity.network, PROTOCOL_VERSION + 1);
    ck_assert_uint_eq(lab_counter(north, COUNTER_PEER_VERSION), 1);
    ck_assert_uint_eq(lab_counter(north, COUNTER_PEER_NETWORK), 0);
}
END_TEST

Suite *suite_node_peers(void);
Suite *suite_node_peers(void)
{
    Suite *s = suite_create("node/peers");
    TCase *pair = tcase_create("pair");

    tcase_add_checked_fixture(pair, two_nodes, end);
    tcase_add_test(pair, a_peer_in_step_needs_no_reason);
    tcase_add_test(pair, what_a_peer_lacks_is_named_by_case_and_since_when);
    tcase_add_test(pair, what_is_on_its_way_is_not_lacking_since_they_met);
    tcase_add_test(pair, a_peer_that_says_nothing_is_not_catching_up);
    tcase_add_test(pair, a_peer_we_do_not_dial_is_said_not_to_have_called);
    tcase_add_test(pair, peers_that_are_new_are_dialled_and_those_that_are_gone_are_hung_up);
    tcase_add_test(pair, a_peer_that_was_never_met_is_shown_and_lacks_everything);
    tcase_add_test(pair, a_node_opens_with_several_peers);
    tcase_add_test(pair, a_peer_whose_certificate_is_not_here_is_said_to_want_its_bundle);
    tcase_add_test(pair, a_key_in_the_settings_that_is_not_the_certificates_is_said_with_the_right_one);
    tcase_add_test(pair, a_peer_that_moved_is_hung_up_and_dialled_where_it_is);
    tcase_add_test(pair, a_cut_on_purpose_is_not_taken_for_a_fault);
    tcase_add_test(pair, who_is_of_another_network_or_version_is_counted);
    tcase_add_test(pair, who_speaks_no_version_of_ours_is_counted);
    suite_add_tcase(s, pair);
    return s;
}
