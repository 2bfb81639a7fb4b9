/* SPDX-License-Identifier: Apache-2.0 */
/* The process that keeps an officer's key: what it refuses first, then what it does. */
#include "tests/unit/client/history.h"

#include "lib/identity.h"
#include "lib/when.h"
#include "proto/submission.h"
#include "tool/agent.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

Suite *suite_agent(void);

static const struct cw_mono start = {1000};

static char dir[64], run_dir[PATH_LEN_MAX];
static struct buf key, cert;
static struct cert_id id;

static void officer_begin(void)
{
    char path[PATH_LEN_MAX];

    authority_make(dir);
    ck_assert(path_join(path, dir, "officer/key"));
    ck_assert_int_eq(file_read(path, KEYFILE_LEN_MAX, &key), CW_OK);
    ck_assert(path_join(path, dir, "officer/cert"));
    ck_assert_int_eq(file_read(path, CERT_LEN_MAX, &cert), CW_OK);
    ck_assert(path_join(run_dir, dir, "run"));
    cert_id_of(buf_slice(&cert), &id);
}

static void officer_end(void)
{
    buf_done(&key);
    buf_done(&cert);
    folder_remove(dir);
}

static struct agent_order order_for(int64_t hold_ms)
{
    return (struct agent_order){.certificate = buf_slice(&cert), .key_file = buf_slice(&key), .hold_ms = hold_ms};
}

static void agent_begin(struct agent *a, int64_t hold_ms)
{
    struct agent_order order = order_for(hold_ms);

    ck_assert_int_eq(agent_open(&order, start, a, NULL), CW_OK);
}

/* --- what is said on the socket, byte by byte ---------------------------------------------------------- */

static struct cw_slice request_of(enum agent_op op, struct cw_slice body, uint8_t memory[static AGENT_REQUEST_LEN_MAX])
{
    struct writer w = writer_over(memory, AGENT_REQUEST_LEN_MAX);

    agent_request_encode(&(struct agent_request){op, body}, &w);
    ck_assert(!w.failed);
    return slice(memory, w.len);
}

/* The code of the agent's answer; CW_PEER_MALFORMED when it says nothing. */
static enum cw_err code_of(struct agent *a, struct cw_mono now, enum agent_op op, struct cw_slice body)
{
    uint8_t request[AGENT_REQUEST_LEN_MAX], answer[AGENT_ANSWER_LEN_MAX];
    struct writer w = writer_over(answer, sizeof(answer));
    struct cw_slice out;

    if (!agent_answer(a, now, request_of(op, body, request), &w))
        return CW_PEER_MALFORMED;
    return agent_answer_parse(slice(answer, w.len), &out);
}

/* A submission header as this officer, or somebody else, would send it to be signed. */
static struct cw_slice header_by(const struct cert_id *author, struct arena *arena)
{
    struct submission_draft draft = {.author = *author, .op_class = CLASS_CASE, .part_count = 1};
    struct key_bundle any;
    struct cw_slice header, proof;
    struct cw_op_id op;

    key_bundle_new(&any);
    draft.secret = &any.sign;
    draft.submission_id[0] = 7;
    draft.parts[0].payload = slice("x", 1);
    ck_assert_int_eq(submission_build(&draft, arena, &header, &proof, &op), CW_OK);
    return header;
}

static uint8_t scratch[65536];

START_TEST(a_packet_that_is_no_request_gets_no_answer)
{
    static const char *const packets[] = {"",          "c",         "cwag",          "cwag\x06",
                                          "cwax\x01",  "cwag\x01x", "cwag\x02",      "cwag\x03",
                                          "cwag\x04y", "cwag\x05z", "GET / HTTP/1.1"};
    uint8_t answer[AGENT_ANSWER_LEN_MAX], big[AGENT_REQUEST_LEN_MAX + 1] = "cwag\x02";
    struct agent a;

    agent_begin(&a, 5000);
    for (size_t i = 0; i < CW_COUNT(packets); i++) {
        struct writer w = writer_over(answer, sizeof(answer));

        ck_assert_msg(!agent_answer(&a, start, slice_of(packets[i]), &w), "packet %zu", i);
        ck_assert_uint_eq(w.len, 0);
    }
    ck_assert_int_eq(agent_request_parse(slice("cwag\0", 5), &(struct agent_request){0}), CW_REFUSED_MALFORMED);
    ck_assert_int_eq(agent_request_parse(slice(big, sizeof(big)), &(struct agent_request){0}), CW_REFUSED_SIZE);
    agent_close(&a);
}
END_TEST

START_TEST(only_headers_of_its_own_author_are_signed)
{
    struct arena arena = arena_over(scratch, sizeof(scratch));
    struct cw_slice own = header_by(&id, &arena), other = header_by(&(struct cert_id){{9}}, &arena);
    struct agent a;

    agent_begin(&a, 5000);
    ck_assert_int_eq(code_of(&a, start, AGENT_SIGN, slice_of("not a header")), CW_REFUSED_MALFORMED);
    for (size_t len = 1; len < own.len; len++)
        ck_assert_int_ne(code_of(&a, start, AGENT_SIGN, slice(own.data, len)), CW_OK);
    ck_assert_int_eq(code_of(&a, start, AGENT_SIGN, other), CW_REFUSED_AUTHOR);
    ck_assert_uint_eq(a.signed_count, 0);
    ck_assert_int_eq(code_of(&a, start, AGENT_SIGN, own), CW_OK);
    ck_assert_uint_eq(a.signed_count, 1);
    agent_close(&a);
}
END_TEST

START_TEST(a_bundle_is_signed_only_when_the_certificate_allows_it)
{
    uint8_t bytes[64];
    struct writer head = writer_over(bytes, sizeof(bytes));
    struct hash root = {{1}};
    struct agent a;

    bundle_head_encode(3, &root, &head);
    agent_begin(&a, 5000);
    ck_assert_int_eq(code_of(&a, start, AGENT_BUNDLE, slice_of("no head")), CW_REFUSED_MALFORMED);
    ck_assert_int_eq(code_of(&a, start, AGENT_BUNDLE, slice(bytes, head.len)), CW_REFUSED_ROLE);
    a.certificate.may_bundle = true;
    ck_assert_int_eq(code_of(&a, start, AGENT_BUNDLE, slice(bytes, head.len)), CW_OK);
    agent_close(&a);
}
END_TEST

START_TEST(when_its_time_is_over_the_key_is_forgotten)
{
    struct arena arena = arena_over(scratch, sizeof(scratch));
    struct cw_slice own = header_by(&id, &arena);
    struct agent a;

    agent_begin(&a, 5000);
    ck_assert_int_eq(code_of(&a, (struct cw_mono){5999}, AGENT_SIGN, own), CW_OK);
    ck_assert_int_eq(code_of(&a, (struct cw_mono){6000}, AGENT_SIGN, own), CW_LOCAL_KEY);
    ck_assert_ptr_null(a.keys);
    /* A clock that goes back does not bring it back. */
    ck_assert_int_eq(code_of(&a, start, AGENT_CURVE, slice(NULL, 0)), CW_LOCAL_KEY);
    ck_assert_int_eq(code_of(&a, start, AGENT_HELLO, slice(NULL, 0)), CW_LOCAL_KEY);
    agent_close(&a);
}
END_TEST

START_TEST(a_stop_forgets_the_key)
{
    struct agent a;

    agent_begin(&a, 5000);
    ck_assert_int_eq(code_of(&a, start, AGENT_STOP, slice(NULL, 0)), CW_OK);
    ck_assert_ptr_null(a.keys);
    ck_assert_int_eq(code_of(&a, start, AGENT_CURVE, slice(NULL, 0)), CW_LOCAL_KEY);
    agent_close(&a);
}
END_TEST

START_TEST(orders_that_cannot_be_kept_are_refused)
{
    struct agent_order order = order_for(5000);
    struct key_bundle other;
    uint8_t bytes[KEYFILE_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof(bytes));
    struct cw_fault fault;
    struct agent a;

    order.hold_ms = 0;
    ck_assert_int_eq(agent_open(&order, start, &a, &fault), CW_USAGE_ARGUMENT);
    order.hold_ms = AGENT_HOLD_MS_MAX + 1;
    ck_assert_int_eq(agent_open(&order, start, &a, &fault), CW_USAGE_ARGUMENT);
    order = order_for(5000);
    order.certificate.len--;
    ck_assert_int_eq(agent_open(&order, start, &a, &fault), CW_REFUSED_MALFORMED);
    order = order_for(5000);
    order.key_file.len--;
    ck_assert_int_eq(agent_open(&order, start, &a, &fault), CW_LOCAL_KEY);
    key_bundle_new(&other);
    ck_assert_int_eq(keyfile_seal(&other, slice_of("correct horse"), KEYFILE_COST_LAB, &w), CW_OK);
    order.key_file = slice(bytes, w.len);
    order.passphrase = slice_of("wrong horse");
    ck_assert_int_eq(agent_open(&order, start, &a, &fault), CW_LOCAL_KEY);
    ck_assert_ptr_nonnull(strstr(fault.text, "passphrase"));
    order.passphrase = slice_of("correct horse"); /* right, but the keys of another certificate */
    ck_assert_int_eq(agent_open(&order, start, &a, &fault), CW_LOCAL_KEY);
    ck_assert_ptr_nonnull(strstr(fault.text, "another certificate"));
}
END_TEST

START_TEST(the_key_lies_in_locked_memory)
{
    struct buf status = {0};
    struct agent a;
    const char *line;

    agent_begin(&a, 5000);
    ck_assert_int_eq(file_read("/proc/self/status", 65536, &status), CW_OK);
    ck_assert_int_eq(buf_add(&status, slice("", 1)), CW_OK);
    line = strstr((const char *)status.data, "VmLck:");
    ck_assert_ptr_nonnull(line);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* their runtime takes mlock() for itself */
    ck_assert_int_ge(strtol(line + 6, NULL, 10), 4);
#endif
    buf_done(&status);
    agent_close(&a);
}
END_TEST

START_TEST(an_answer_that_is_none_is_refused)
{
    static const struct {
        const char *bytes;
        size_t len;
    } packets[] = {{"", 0},         {"cwag", 4},        {"cwag\0", 5},      {"cwax\0\0", 6},
                   {"cwag\0\1", 6}, {"cwag\1\x95x", 7}, {"cwag\xff\xff", 6}};
    uint8_t big[AGENT_ANSWER_LEN_MAX + 1] = "cwag";
    struct agent_hello hello;
    struct cw_slice body;

    for (size_t i = 0; i < CW_COUNT(packets); i++)
        ck_assert_int_ne(agent_answer_parse(slice(packets[i].bytes, packets[i].len), &body), CW_OK);
    ck_assert_int_eq(agent_answer_parse(slice(big, sizeof(big)), &body), CW_PEER_MALFORMED);
    ck_assert_int_eq(agent_answer_parse(slice("cwag\0\0", 6), &body), CW_OK);
    for (size_t len = 0; len < 48; len++)
        ck_assert_int_ne(agent_hello_parse(slice(scratch, len), &hello), CW_OK);
}
END_TEST

/* --- a process of its own ------------------------------------------------------------------------------- */

/* Serves in a child until it ends; returns when it listens. */
static pid_t serve_as(uid_t owner, int64_t hold_ms)
{
    int ready[2];
    pid_t pid;
    char word;

    ck_assert_int_eq(pipe(ready), 0);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        struct agent_seat seat = {.run_dir = run_dir, .owner = owner};
        struct agent_order order = order_for(hold_ms);
        struct agent a;

        close(ready[0]);
        if (agent_open(&order, agent_now(), &a, NULL) != CW_OK || agent_seat_take(&seat, &a.id, NULL) != CW_OK)
            _exit(3);
        if (write(ready[1], "r", 1) != 1)
            _exit(4);
        agent_serve(&a, &seat);
        agent_seat_leave(&seat);
        agent_close(&a);
        _exit(0);
    }
    close(ready[1]);
    ck_assert_int_eq(read(ready[0], &word, 1), 1);
    close(ready[0]);
    return pid;
}

static pid_t serve(int64_t hold_ms)
{
    return serve_as(geteuid(), hold_ms);
}

static int ended(pid_t pid)
{
    int status = -1;

    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return status;
}

static enum cw_err find(struct cw_identity **out)
{
    return cw_identity_from_agent(run_dir, buf_slice(&cert), out, NULL);
}

static enum cw_err greet(void)
{
    struct cw_identity *identity = NULL;
    enum cw_err err = find(&identity);

    cw_identity_close(identity);
    return err;
}

static bool socket_stat(struct stat *st)
{
    char name[AGENT_NAME_LEN_MAX], path[PATH_LEN_MAX];

    agent_name_of(&id, name);
    return path_join(path, run_dir, "%s", name) && lstat(path, st) == 0;
}

/* A raw connection to the agent. */
static int connect_raw(void)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    char name[AGENT_NAME_LEN_MAX];
    int folder = -1, fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    agent_name_of(&id, name);
    ck_assert_int_eq(agent_folder_open(run_dir, false, &folder, NULL), CW_OK);
    agent_path_of(folder, name, to.sun_path);
    ck_assert_int_eq(connect(fd, (const struct sockaddr *)&to, sizeof(to)), 0);
    close(folder);
    return fd;
}

static void stop(pid_t pid)
{
    kill(pid, SIGTERM);
    ck_assert_int_eq(ended(pid), 0);
}

START_TEST(what_the_agent_signs_verifies_as_the_officers)
{
    pid_t pid = serve(60000);
    struct cw_case_id case_id = {{3}};
    struct cw_identity *identity = NULL;
    struct cw_submission *submission = NULL;
    struct cw_draft *draft = NULL;
    struct cw_op_id op;

    ck_assert_int_eq(find(&identity), CW_OK);
    ck_assert_int_eq(cw_draft_set("missing_child", &case_id, &draft, NULL), CW_OK);
    ck_assert_int_eq(cw_draft_write(draft, "title", CW_SET, slice_of("Child M"), NULL), CW_OK);
    /* The library verifies each signature with the certificate's key before it believes it. */
    ck_assert_int_eq(cw_draft_sign(draft, identity, when_now(), &submission, NULL), CW_OK);
    cw_submission_op(submission, &op);
    ck_assert(!id_is_zero(op.b));
    ck_assert(id_is_zero(identity->keys.sign.b)); /* the key is not here */
    cw_submission_free(submission);
    cw_draft_free(draft);
    cw_identity_close(identity);
    stop(pid);
}
END_TEST

START_TEST(the_socket_is_for_its_owner_only)
{
    pid_t pid = serve(60000);
    struct stat st;

    ck_assert(socket_stat(&st));
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    ck_assert_int_eq(stat(run_dir, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0700);
    stop(pid);
    ck_assert(!socket_stat(&st));
}
END_TEST

START_TEST(a_folder_that_others_may_enter_is_not_used)
{
    int fd = -1;
    char link[PATH_LEN_MAX];

    ck_assert_int_eq(mkdir(run_dir, 0700), 0);
    ck_assert_int_eq(agent_folder_open(run_dir, true, &fd, NULL), CW_OK);
    close(fd);
    ck_assert_int_eq(chmod(run_dir, 0750), 0);
    ck_assert_int_eq(agent_folder_open(run_dir, true, &fd, NULL), CW_LOCAL_KEY);
    ck_assert_int_eq(chmod(run_dir, 0700), 0);
    ck_assert(path_join(link, dir, "link"));
    ck_assert_int_eq(symlink(run_dir, link), 0);
    ck_assert_int_eq(agent_folder_open(link, true, &fd, NULL), CW_LOCAL_KEY);
}
END_TEST

START_TEST(another_user_is_not_answered)
{
    pid_t pid = serve_as(geteuid() + 1, 60000);

    ck_assert_int_ne(greet(), CW_OK);
    kill(pid, SIGTERM);
    ended(pid);
}
END_TEST

START_TEST(garbage_does_not_disturb_it)
{
    pid_t pid = serve(60000);
    uint8_t noise[4096];

    for (int i = 0; i < 200; i++) {
        int fd = connect_raw();
        size_t len = 1 + (size_t)i * 20;
        char none;

        random_bytes(noise, sizeof(noise));
        if (i % 2 == 0)
            memcpy(noise, "cwag", 4);
        ck_assert_int_eq(send(fd, noise, len < sizeof(noise) ? len : sizeof(noise), MSG_NOSIGNAL) > 0, 1);
        while (recv(fd, &none, 1, 0) > 0) /* a refusal may be said: then it hangs up */
            continue;
        close(fd);
    }
    ck_assert_int_eq(greet(), CW_OK);
    stop(pid);
}
END_TEST

START_TEST(connections_that_say_nothing_keep_nobody_out)
{
    pid_t pid = serve(60000);
    int idle[100];

    for (size_t i = 0; i < CW_COUNT(idle); i++)
        idle[i] = connect_raw();
    ck_assert_int_eq(greet(), CW_OK);
    for (size_t i = 0; i < CW_COUNT(idle); i++)
        close(idle[i]);
    stop(pid);
}
END_TEST

START_TEST(it_ends_by_itself_when_its_time_is_over)
{
    pid_t pid = serve(50);
    struct stat st;

    ck_assert_int_eq(ended(pid), 0);
    ck_assert(!socket_stat(&st));
    ck_assert_int_eq(greet(), CW_LOCAL_NOT_FOUND);
}
END_TEST

START_TEST(a_killed_agent_leaves_nothing_that_answers)
{
    pid_t pid = serve(60000);
    struct cw_identity *identity = NULL;
    struct cw_draft *draft = NULL;
    struct cw_submission *submission = NULL;
    struct cw_case_id case_id = {{3}};
    struct cw_fault fault;
    struct stat st;

    ck_assert_int_eq(find(&identity), CW_OK);
    kill(pid, SIGKILL);
    ended(pid);
    ck_assert(socket_stat(&st)); /* the file is still there */
    ck_assert_int_eq(greet(), CW_LOCAL_NOT_FOUND);
    ck_assert_int_eq(cw_draft_set("missing_child", &case_id, &draft, NULL), CW_OK);
    ck_assert_int_eq(cw_draft_write(draft, "title", CW_SET, slice_of("Child M"), NULL), CW_OK);
    ck_assert_int_eq(cw_draft_sign(draft, identity, when_now(), &submission, &fault), CW_LOCAL_KEY);
    ck_assert_ptr_nonnull(strstr(fault.text, "did not sign"));
    cw_draft_free(draft);
    cw_identity_close(identity);
    pid = serve(60000); /* and the file is in nobody's way */
    ck_assert_int_eq(greet(), CW_OK);
    stop(pid);
}
END_TEST

START_TEST(a_second_login_takes_the_place_of_the_first)
{
    pid_t first = serve(60000), second = serve(60000);
    struct stat st;

    ck_assert_int_eq(ended(first), 0);
    ck_assert(socket_stat(&st));
    ck_assert_int_eq(greet(), CW_OK);
    stop(second);
    ck_assert(!socket_stat(&st));
}
END_TEST

START_TEST(an_agent_whose_socket_was_taken_away_ends)
{
    pid_t pid = serve(60000);
    char name[AGENT_NAME_LEN_MAX], path[PATH_LEN_MAX];
    int fd = connect_raw();

    agent_name_of(&id, name);
    ck_assert(path_join(path, run_dir, "%s", name));
    ck_assert_int_eq(unlink(path), 0);
    /* wakes it; where it looked after its socket by itself in between, there is nobody left to take this */
    ck_assert(send(fd, "?", 1, MSG_NOSIGNAL) == 1 || errno == EPIPE);
    ck_assert_int_eq(ended(pid), 0);
    close(fd);
}
END_TEST

START_TEST(what_took_its_place_stays_when_it_ends)
{
    pid_t pid = serve(60000);
    char name[AGENT_NAME_LEN_MAX], path[PATH_LEN_MAX], other[PATH_LEN_MAX];
    struct stat st;

    agent_name_of(&id, name);
    ck_assert(path_join(path, run_dir, "%s", name));
    ck_assert(path_join(other, run_dir, "other"));
    ck_assert_int_eq(file_write(other, slice_of("x"), 0600), CW_OK);
    ck_assert_int_eq(rename(other, path), 0);
    kill(pid, SIGTERM);
    ck_assert_int_eq(ended(pid), 0);
    ck_assert(socket_stat(&st));
}
END_TEST

/* --- signers that lie ----------------------------------------------------------------------------------- */

static enum cw_err sign_zeros(void *context, enum cw_signing what, struct cw_slice bytes,
                              const uint8_t text[CW_SIGNED_TEXT_LEN], uint8_t out_signature[CW_SIGNATURE_LEN])
{
    (void)context;
    (void)what;
    (void)bytes;
    (void)text;
    memset(out_signature, 0, CW_SIGNATURE_LEN);
    return CW_OK;
}

START_TEST(a_signature_that_does_not_verify_is_not_used)
{
    struct cw_signer_options options = {.size = sizeof(options), .certificate = buf_slice(&cert), .sign = sign_zeros};
    struct cw_case_id case_id = {{3}};
    struct cw_identity *identity = NULL;
    struct cw_submission *submission = NULL;
    struct cw_draft *draft = NULL;
    struct key_bundle keys;

    ck_assert_int_eq(cw_identity_from_signer(&options, &identity, NULL), CW_LOCAL_KEY); /* no transport key */
    ck_assert_int_eq(keyfile_open(buf_slice(&key), slice(NULL, 0), &keys), CW_OK);
    memcpy(options.curve_secret, keys.curve.b, KEY_LEN);
    ck_assert_int_eq(cw_identity_from_signer(&options, &identity, NULL), CW_OK);
    ck_assert_int_eq(cw_draft_set("missing_child", &case_id, &draft, NULL), CW_OK);
    ck_assert_int_eq(cw_draft_write(draft, "title", CW_SET, slice_of("Child M"), NULL), CW_OK);
    ck_assert_int_eq(cw_draft_sign(draft, identity, when_now(), &submission, NULL), CW_LOCAL_KEY);
    cw_draft_free(draft);
    cw_identity_close(identity);
}
END_TEST

Suite *suite_agent(void)
{
    Suite *s = suite_create("agent");
    TCase *hostile = tcase_create("what it refuses"), *process = tcase_create("as a process");

    tcase_add_checked_fixture(hostile, officer_begin, officer_end);
    tcase_add_test(hostile, a_packet_that_is_no_request_gets_no_answer);
    tcase_add_test(hostile, only_headers_of_its_own_author_are_signed);
    tcase_add_test(hostile, a_bundle_is_signed_only_when_the_certificate_allows_it);
    tcase_add_test(hostile, when_its_time_is_over_the_key_is_forgotten);
    tcase_add_test(hostile, a_stop_forgets_the_key);
    tcase_add_test(hostile, orders_that_cannot_be_kept_are_refused);
    tcase_add_test(hostile, the_key_lies_in_locked_memory);
    tcase_add_test(hostile, an_answer_that_is_none_is_refused);
    tcase_add_test(hostile, a_signature_that_does_not_verify_is_not_used);
    suite_add_tcase(s, hostile);

    tcase_add_checked_fixture(process, officer_begin, officer_end);
    tcase_add_test(process, what_the_agent_signs_verifies_as_the_officers);
    tcase_add_test(process, the_socket_is_for_its_owner_only);
    tcase_add_test(process, a_folder_that_others_may_enter_is_not_used);
    tcase_add_test(process, another_user_is_not_answered);
    tcase_add_test(process, garbage_does_not_disturb_it);
    tcase_add_test(process, connections_that_say_nothing_keep_nobody_out);
    tcase_add_test(process, it_ends_by_itself_when_its_time_is_over);
    tcase_add_test(process, a_killed_agent_leaves_nothing_that_answers);
    tcase_add_test(process, a_second_login_takes_the_place_of_the_first);
    tcase_add_test(process, an_agent_whose_socket_was_taken_away_ends);
    tcase_add_test(process, what_took_its_place_stays_when_it_ends);
    suite_add_tcase(s, process);
    return s;
}
