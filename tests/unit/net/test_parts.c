/* The pieces of the net floor that need no network. */
#include "net/allow.h"
#include "net/conn.h"
#include "net/pipe.h"
#include "net/refused.h"
#include "proto/link.pb-c.h"
#include "proto/wire.h"
#include "tests/unit/runner.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- who may come in --------------------------------------------------------------------------------- */

static struct allow_row row(uint8_t key, enum subject_kind subject, enum cert_standing standing)
{
    struct allow_row r = {.subject = subject, .standing = standing};

    memset(r.key, key, sizeof r.key);
    memset(r.cert.b, key, sizeof r.cert.b);
    return r;
}

START_TEST(every_kind_of_holder_has_its_door)
{
    static const struct {
        enum subject_kind subject;
        enum allow_verdict peers, clients;
    } expected[] = {
        {SUBJECT_UNKNOWN, ALLOW_WRONG_DOOR, ALLOW_WRONG_DOOR}, {SUBJECT_AUTHORITY, ALLOW_WRONG_DOOR, ALLOW_WRONG_DOOR},
        {SUBJECT_DAEMON, ALLOW_YES, ALLOW_WRONG_DOOR},         {SUBJECT_PERSON, ALLOW_WRONG_DOOR, ALLOW_YES},
        {SUBJECT_REGIONAL, ALLOW_WRONG_DOOR, ALLOW_YES},       {SUBJECT_AUDITOR, ALLOW_WRONG_DOOR, ALLOW_WRONG_DOOR},
    };

    for (size_t i = 0; i < CW_COUNT(expected); i++) {
        struct allow_row r = row(1, expected[i].subject, STANDING_GOOD);

        ck_assert_int_eq(allow_judge(&r, DOOR_PEERS), expected[i].peers);
        ck_assert_int_eq(allow_judge(&r, DOOR_CLIENTS), expected[i].clients);
    }
    ck_assert_int_eq(allow_judge(NULL, DOOR_PEERS), ALLOW_UNKNOWN);
}
END_TEST

START_TEST(no_door_is_open_to_who_is_not_in_good_standing)
{
    static const enum allow_verdict expected[] = {
        [STANDING_REVOKED] = ALLOW_REVOKED,
        [STANDING_EXPIRED] = ALLOW_EXPIRED,
        [STANDING_NOT_YET] = ALLOW_NOT_YET,
        [STANDING_NOT_YET + 1] = ALLOW_REVOKED, /* of a core that is newer */
    };

    for (size_t i = STANDING_REVOKED; i < CW_COUNT(expected); i++) {
        struct allow a = {0};
        struct allow_row daemon = row(1, SUBJECT_DAEMON, (enum cert_standing)i);
        struct allow_row person = row(2, SUBJECT_PERSON, (enum cert_standing)i);

        ck_assert_int_eq(allow_judge(&daemon, DOOR_PEERS), expected[i]);
        ck_assert_int_eq(allow_judge(&person, DOOR_CLIENTS), expected[i]);
        ck_assert_int_eq(allow_replace(&a, &person, 1), CW_OK);
        ck_assert_int_eq(allow_judge_cert(&a, &person.cert), expected[i]);
        ck_assert(link_end_is_failure(allow_end(expected[i])));
        ck_assert_ptr_nonnull(allow_reason(expected[i]));
        allow_done(&a);
    }
}
END_TEST

/* A certificate that was renewed with its key: whichever place the list gives the old one. */
START_TEST(of_one_key_the_last_good_row_speaks)
{
    static const enum cert_standing standings[][3] = {
        {STANDING_EXPIRED, STANDING_GOOD, STANDING_NOT_YET},
        {STANDING_GOOD, STANDING_GOOD, STANDING_REVOKED},
        {STANDING_REVOKED, STANDING_GOOD, STANDING_EXPIRED},
        {STANDING_REVOKED, STANDING_REVOKED, STANDING_EXPIRED},
    };
    static const uint8_t speaks[] = {1, 1, 1, 2};

    for (size_t i = 0; i < CW_COUNT(standings); i++) {
        struct allow a = {0};
        struct allow_row rows[5];

        rows[0] = row(3, SUBJECT_PERSON, STANDING_GOOD);
        rows[4] = row(5, SUBJECT_PERSON, STANDING_GOOD);
        for (uint8_t k = 0; k < 3; k++) {
            rows[1 + k] = row(4, SUBJECT_PERSON, standings[i][k]);
            rows[1 + k].cert.b[0] = k;
        }
        ck_assert_int_eq(allow_replace(&a, rows, CW_COUNT(rows)), CW_OK);
        ck_assert_uint_eq(allow_find(&a, rows[1].key)->cert.b[0], speaks[i]);
        ck_assert_uint_eq(allow_find(&a, rows[0].key)->cert.b[0], 3);
        ck_assert_uint_eq(allow_find(&a, rows[4].key)->cert.b[0], 5);
        allow_done(&a);
    }
}
END_TEST

START_TEST(a_list_is_replaced_whole_or_not_at_all)
{
    struct allow a = {0};
    struct allow_row first[3] = {row(9, SUBJECT_DAEMON, STANDING_GOOD), row(2, SUBJECT_PERSON, STANDING_GOOD),
                                 row(5, SUBJECT_PERSON, STANDING_REVOKED)};
    struct allow_row second = row(7, SUBJECT_DAEMON, STANDING_GOOD);

    ck_assert_ptr_null(allow_find(&a, first[0].key)); /* default deny */
    ck_assert_int_eq(allow_replace(&a, first, 3), CW_OK);
    for (int i = 0; i < 3; i++)
        ck_assert(ID_EQ(&allow_find(&a, first[i].key)->cert, &first[i].cert));
    ck_assert_int_eq(allow_judge_cert(&a, &first[1].cert), ALLOW_YES);
    ck_assert_int_ne(allow_judge_cert(&a, &first[2].cert), ALLOW_YES); /* revoked */
    ck_assert_int_eq(allow_replace(&a, first, ALLOW_KEYS_MAX + 1), CW_REFUSED_SIZE);
    ck_assert_ptr_nonnull(allow_find(&a, first[0].key));
    ck_assert_int_eq(allow_replace(&a, &second, 1), CW_OK);
    ck_assert_ptr_null(allow_find(&a, first[0].key));
    ck_assert_int_eq(allow_replace(&a, NULL, 0), CW_OK);
    ck_assert_ptr_null(allow_find(&a, second.key));
    allow_done(&a);
}
END_TEST

START_TEST(a_stranger_is_reported_once_a_second_with_its_number)
{
    struct refused r = {0};
    uint8_t key[KEY_LEN] = {1};
    struct cw_mono t = {5000};

    for (int i = 0; i < 100; i++)
        refused_add(&r, key, ALLOW_UNKNOWN, t);
    ck_assert_uint_eq(refused_due(&r, t)->count, 100);
    ck_assert_ptr_null(refused_due(&r, t));
    ck_assert_int_eq(refused_wake_at(&r).ms, CW_NEVER.ms);
    refused_add(&r, key, ALLOW_UNKNOWN, t);
    ck_assert_ptr_null(refused_due(&r, t));
    ck_assert_int_eq(refused_wake_at(&r).ms, 6000);
    const struct refused_key *k = refused_due(&r, (struct cw_mono){6000});
    ck_assert_uint_eq(k->count, 101);
    ck_assert_uint_eq(k->fresh, 1);
}
END_TEST

START_TEST(a_thousand_strangers_do_not_grow_the_table)
{
    struct refused r = {0};
    uint8_t key[KEY_LEN] = {0};

    for (int i = 0; i < 1000; i++) {
        key[0] = (uint8_t)i;
        key[1] = (uint8_t)(i >> 8);
        refused_add(&r, key, ALLOW_UNKNOWN, (struct cw_mono){i});
    }
    ck_assert_uint_eq(r.count, REFUSED_KEYS_MAX);
    int reports = 0;
    while (refused_due(&r, (struct cw_mono){100000}) != NULL)
        reports++;
    ck_assert_int_eq(reports, REFUSED_KEYS_MAX + 1); /* and one for those that made room */
}
END_TEST

static uint64_t fresh_of_all(struct refused *r, struct cw_mono now)
{
    const struct refused_key *k;
    uint64_t fresh = 0;

    while ((k = refused_due(r, now)) != NULL)
        fresh += k->fresh;
    return fresh;
}

START_TEST(every_refusal_is_in_one_report_however_many_strangers_there_are)
{
    struct refused r = {0};
    uint8_t known[KEY_LEN] = {1}, key[KEY_LEN] = {2};
    uint64_t fresh = 0;

    for (int i = 0; i < 60; i++) {
        refused_add(&r, known, ALLOW_UNKNOWN, (struct cw_mono){i});
        fresh += i % 7 == 0 ? fresh_of_all(&r, (struct cw_mono){i}) : 0;
    }
    for (int i = 0; i < 400; i++) {
        key[1] = (uint8_t)i;
        key[2] = (uint8_t)(i >> 8);
        refused_add(&r, key, i % 3 == 0 ? ALLOW_EXPIRED : ALLOW_UNKNOWN, (struct cw_mono){100 + i});
    }
    ck_assert_int_lt(refused_wake_at(&r).ms, 2000);
    ck_assert_uint_eq(fresh + fresh_of_all(&r, (struct cw_mono){2000}), 460);
    ck_assert_int_eq(refused_wake_at(&r).ms, CW_NEVER.ms);
}
END_TEST

/* --- the watch over unfinished messages ----------------------------------------------------------------- */

START_TEST(what_is_received_and_not_delivered_is_the_gap)
{
    struct conn c = {.open = true};
    struct cw_mono t = {0};

    ck_assert(!conn_look(&c, CONN_GAP_MAX, false, t));
    ck_assert(conn_look(&c, CONN_GAP_MAX + 1, false, t));
}
END_TEST

START_TEST(delivering_settles_what_came_before)
{
    struct conn c = {.open = true};
    struct cw_mono t = {0};
    uint64_t received = 0;

    for (int i = 0; i < 100; i++) { /* an honest stream of large messages, of which some always wait */
        received += 2 << 20;
        conn_delivered(&c, 2 << 20);
        ck_assert(!conn_look(&c, received + (3 << 20), false, t));
    }
}
END_TEST

START_TEST(a_pause_of_ours_is_not_the_peers_fault)
{
    struct conn c = {.open = true};
    struct cw_mono t = {0};

    ck_assert(!conn_look(&c, (uint64_t)33 << 20, true, t));
    ck_assert(conn_look(&c, (uint64_t)41 << 20, true, t)); /* more than any honest pipe holds */
}
END_TEST

START_TEST(heartbeats_of_a_year_are_no_attack)
{
    struct conn c = {.open = true};
    uint64_t received = 0;

    for (int64_t s = 0; s < INT64_C(3600) * 24 * 365; s += 10) {
        received += 120;
        ck_assert(!conn_look(&c, received, false, (struct cw_mono){s * 1000}));
    }
}
END_TEST

START_TEST(connections_are_counted_in_and_out)
{
    struct conns *c = calloc(1, sizeof *c);

    ck_assert(!conn_opened(c, -1, (struct cw_mono){0}));
    ck_assert(!conn_opened(c, CONN_FD_MAX, (struct cw_mono){0}));
    for (int fd = 0; fd < CONNS_MAX; fd++)
        ck_assert(conn_opened(c, fd, (struct cw_mono){0}));
    ck_assert(!conn_opened(c, CONNS_MAX, (struct cw_mono){0}));
    for (int fd = 0; fd < CONNS_MAX; fd += 2)
        conn_closed(c, fd);
    ck_assert_uint_eq(c->count, CONNS_MAX / 2);
    for (int fd = 0; fd < CONNS_MAX; fd++)
        ck_assert_int_eq(conn_find(c, fd) != NULL, fd % 2);
    for (uint32_t i = 0; i < c->count; i++)
        ck_assert_uint_eq(c->at[c->fds[i]].index, i);
    free(c);
}
END_TEST

/* --- the pipe -------------------------------------------------------------------------------------------- */

static void make_pipe(struct pipe_end *a, struct pipe_end *b)
{
    int pair[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    pipe_init(a, pair[0]);
    pipe_init(b, pair[1]);
}

START_TEST(messages_come_out_as_they_went_in)
{
    static uint8_t bytes[300000];
    struct pipe_end a, b;
    struct cw_slice got;
    size_t sent = 0, heard = 0;

    make_pipe(&a, &b);
    while (heard < 200) {
        if (sent < 200) {
            memset(bytes, (int)sent, sizeof bytes);
            ck_assert_int_eq(pipe_put_bytes(&a, slice(bytes, sent * 1500)), CW_OK);
            sent++;
        }
        ck_assert_int_eq(pipe_flush(&a), CW_OK);
        (void)pipe_fill(&b);
        while (pipe_next(&b, &got) == CW_OK) {
            ck_assert_uint_eq(got.len, heard * 1500);
            if (got.len != 0)
                ck_assert_uint_eq(got.data[got.len - 1], (uint8_t)heard);
            heard++;
        }
    }
    ck_assert_uint_eq(pipe_pending(&a), 0);
    pipe_done(&a);
    pipe_done(&b);
}
END_TEST

static bool has_secret(const struct buf *b)
{
    uint8_t secret[KEY_LEN];

    memset(secret, 0xa5, sizeof secret);
    return b->data != NULL && memmem(b->data, b->cap, secret, sizeof secret) != NULL;
}

START_TEST(a_secret_does_not_stay_in_a_pipe_that_wrote_it)
{
    static uint8_t bytes[300000], secret[KEY_LEN];
    Cw__ToNet order = CW__TO_NET__INIT;
    Cw__Configure configure = CW__CONFIGURE__INIT;
    struct pipe_end a, b;
    struct cw_slice got;
    uint32_t heard = 0;

    memset(secret, 0xa5, sizeof secret);
    configure.has_curve_secret = 1;
    configure.curve_secret = wire_bytes(slice(secret, sizeof secret));
    order.configure = &configure;
    make_pipe(&a, &b);
    ck_assert_int_eq(pipe_put_bytes(&a, slice(bytes, sizeof bytes)), CW_OK);
    ck_assert_int_eq(pipe_put_secret(&a, &order.base), CW_OK);
    ck_assert(has_secret(&a.out));
    ck_assert_int_eq(pipe_put_bytes(&a, slice(bytes, sizeof bytes)), CW_OK); /* it moves */
    while (heard < 3) {
        ck_assert_int_eq(pipe_flush(&a), CW_OK);
        (void)pipe_fill(&b);
        for (; pipe_next(&b, &got) == CW_OK; heard++)
            ck_assert_uint_eq(memmem(got.data, got.len, secret, sizeof secret) != NULL, heard == 1);
    }
    ck_assert(!has_secret(&a.out));
    pipe_done(&a);
    pipe_done(&b);
}
END_TEST

START_TEST(an_absurd_length_is_refused_before_memory_is_taken)
{
    struct pipe_end a, b;
    struct cw_slice got;
    const uint8_t head[4] = {0xff, 0xff, 0xff, 0xff};

    make_pipe(&a, &b);
    ck_assert_int_eq(send(a.fd, head, 4, 0), 4);
    ck_assert_int_eq(pipe_fill(&b), CW_OK);
    ck_assert_int_eq(pipe_next(&b, &got), CW_PEER_MALFORMED);
    ck_assert_int_eq(pipe_put_bytes(&a, slice(head, (size_t)PIPE_MESSAGE_LEN_MAX + 1)), CW_REFUSED_SIZE);
    pipe_done(&a);
    pipe_done(&b);
}
END_TEST

START_TEST(a_message_cut_short_is_not_one_yet)
{
    struct pipe_end a, b;
    struct cw_slice got;
    const uint8_t bytes[9] = {0, 0, 0, 5, 'h', 'e', 'l', 'l', 'o'};

    make_pipe(&a, &b);
    for (size_t i = 0; i < sizeof bytes; i++) {
        ck_assert_int_eq(pipe_next(&b, &got), CW_AGAIN_BUSY);
        ck_assert_int_eq(send(a.fd, &bytes[i], 1, 0), 1);
        ck_assert_int_eq(pipe_fill(&b), CW_OK);
    }
    ck_assert_int_eq(pipe_next(&b, &got), CW_OK);
    ck_assert(slice_eq(got, slice_of("hello")));
    ck_assert_int_eq(pipe_fill(&b), CW_AGAIN_BUSY);
    pipe_done(&a);
    ck_assert_int_eq(pipe_fill(&b), CW_LOCAL_IO);
    pipe_done(&b);
}
END_TEST

Suite *suite_parts(void)
{
    Suite *s = suite_create("parts");
    TCase *t = tcase_create("parts");

    tcase_add_test(t, every_kind_of_holder_has_its_door);
    tcase_add_test(t, no_door_is_open_to_who_is_not_in_good_standing);
    tcase_add_test(t, of_one_key_the_last_good_row_speaks);
    tcase_add_test(t, a_list_is_replaced_whole_or_not_at_all);
    tcase_add_test(t, a_stranger_is_reported_once_a_second_with_its_number);
    tcase_add_test(t, a_thousand_strangers_do_not_grow_the_table);
    tcase_add_test(t, every_refusal_is_in_one_report_however_many_strangers_there_are);
    tcase_add_test(t, what_is_received_and_not_delivered_is_the_gap);
    tcase_add_test(t, delivering_settles_what_came_before);
    tcase_add_test(t, a_pause_of_ours_is_not_the_peers_fault);
    tcase_add_test(t, heartbeats_of_a_year_are_no_attack);
    tcase_add_test(t, connections_are_counted_in_and_out);
    tcase_add_test(t, messages_come_out_as_they_went_in);
    tcase_add_test(t, a_secret_does_not_stay_in_a_pipe_that_wrote_it);
    tcase_add_test(t, an_absurd_length_is_refused_before_memory_is_taken);
    tcase_add_test(t, a_message_cut_short_is_not_one_yet);
    suite_add_tcase(s, t);
    return s;
}
