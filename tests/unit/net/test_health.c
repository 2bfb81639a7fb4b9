/* SPDX-License-Identifier: Apache-2.0 */
/* Three pages and nothing else, over real sockets on the loopback. */
#include "net/health.h"

#include <check.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* --- the request, byte by byte ------------------------------------------------------------------------------------ */

static enum health_verdict judge(const char *text, enum health_page *page)
{
    return health_judge(slice_of(text), page);
}

START_TEST(what_is_not_exactly_one_of_three_is_refused)
{
    static const struct {
        const char *text;
        enum health_verdict verdict;
    } cases[] = {
        {"POST /metrics HTTP/1.1\r\n\r\n", HEALTH_METHOD_UNKNOWN},
        {"get /metrics HTTP/1.1\r\n\r\n", HEALTH_METHOD_UNKNOWN},
        {"HEAD /metrics HTTP/1.1\r\n\r\n", HEALTH_METHOD_UNKNOWN},
        {"GET / HTTP/1.1\r\n\r\n", HEALTH_NOT_FOUND},
        {"GET /metrics/ HTTP/1.1\r\n\r\n", HEALTH_NOT_FOUND},
        {"GET /metrics?x HTTP/1.1\r\n\r\n", HEALTH_NOT_FOUND},
        {"GET /../metrics HTTP/1.1\r\n\r\n", HEALTH_NOT_FOUND},
        {"GET /METRICS HTTP/1.1\r\n\r\n", HEALTH_NOT_FOUND},
        {"GET http://x/metrics HTTP/1.1\r\n\r\n", HEALTH_NOT_FOUND},
        {"GET  /metrics HTTP/1.1\r\n\r\n", HEALTH_BAD},
        {"GET /metrics  HTTP/1.1\r\n\r\n", HEALTH_BAD},
        {"GET /metrics HTTP/2\r\n\r\n", HEALTH_BAD},
        {"GET /metrics\r\n\r\n", HEALTH_BAD},
        {"GET /metrics HTTP/1.1 \r\n\r\n", HEALTH_BAD},
        {"\r\n\r\n", HEALTH_BAD},
        {"GET /metrics HTTP/1.1\r\nX: \x01\r\n\r\n", HEALTH_BAD},
        {"\x16\x03\x01", HEALTH_BAD}, /* TLS: at once, without waiting for more */
        {"GET /metrics HTTP/1.1\n\n", HEALTH_MORE},
        {"GET /metrics HTTP/1.1\r\nX: 1\r\n", HEALTH_MORE},
        {"", HEALTH_MORE},
    };
    enum health_page page = HEALTH_READY;

    for (size_t i = 0; i < CW_COUNT(cases); i++)
        ck_assert_msg(judge(cases[i].text, &page) == cases[i].verdict, "%s", cases[i].text);
    ck_assert_int_eq(page, HEALTH_READY); /* untouched */
    ck_assert_int_eq(health_judge(slice("GET /metrics\0 HTTP/1.1\r\n\r\n", 26), &page), HEALTH_BAD);
}
END_TEST

START_TEST(each_page_is_found_whatever_headers_say)
{
    enum health_page page = HEALTH_READY;

    ck_assert_int_eq(judge("GET /metrics HTTP/1.0\r\n\r\n", &page), HEALTH_GOOD);
    ck_assert_int_eq(page, HEALTH_METRICS);
    ck_assert_int_eq(judge("GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", &page),
                     HEALTH_GOOD);
    ck_assert_int_eq(page, HEALTH_ALIVE);
    ck_assert_int_eq(judge("GET /readyz HTTP/1.1\r\n\xc3\xa9: \t\r\n\r\n", &page), HEALTH_GOOD);
    ck_assert_int_eq(page, HEALTH_READY);
}
END_TEST

START_TEST(a_request_cut_short_anywhere_is_waited_for_and_one_too_long_is_not)
{
    static const char whole[] = "GET /readyz HTTP/1.1\r\nHost: casewire\r\n\r\n";
    static uint8_t long_one[HEALTH_REQUEST_LEN_MAX];
    enum health_page page;

    for (size_t len = 0; len < sizeof whole - 1; len++)
        ck_assert_int_eq(health_judge(slice(whole, len), &page), HEALTH_MORE);
    ck_assert_int_eq(health_judge(slice(whole, sizeof whole - 1), &page), HEALTH_GOOD);
    memset(long_one, 'a', sizeof long_one);
    ck_assert_int_eq(health_judge(slice(long_one, sizeof long_one - 1), &page), HEALTH_MORE);
    ck_assert_int_eq(health_judge(slice(long_one, sizeof long_one), &page), HEALTH_TOO_LONG);
}
END_TEST

/* --- over sockets --------------------------------------------------------------------------------------------------- */

struct site {
    struct health *health;
    pthread_t thread;
    char folder[64], path[96];
    atomic_size_t page_len; /* the test changes both while pages are asked for */
    atomic_bool well;
};

static bool fill(void *ctx, enum health_page page, char *body, size_t room, size_t *out_len)
{
    struct site *s = ctx;
    size_t len = s->page_len;

    *out_len = len != 0 ? len : (size_t)snprintf(body, room, "page %d\n", (int)page);
    if (len != 0)
        memset(body, 'm', len);
    return s->well;
}

static void *serve(void *ctx)
{
    health_run(((struct site *)ctx)->health);
    return NULL;
}

static void site_open(struct site *s, const char *where)
{
    struct health_handler handler = {s, fill};
    struct refusal why = {0};

    s->well = true;
    ck_assert_msg(health_open(where, &handler, &s->health, &why) == CW_OK, "%s", why.text);
    ck_assert_int_eq(pthread_create(&s->thread, NULL, serve, s), 0);
}

static struct site *site_new(void)
{
    struct site *s = calloc(1, sizeof *s);

    memcpy(s->folder, "/tmp/casewire-health.XXXXXX", 28);
    ck_assert_ptr_nonnull(mkdtemp(s->folder));
    (void)snprintf(s->path, sizeof s->path, "%s/metrics.sock", s->folder);
    site_open(s, s->path);
    return s;
}

static void site_free(struct site *s)
{
    health_stop(s->health);
    ck_assert_int_eq(pthread_join(s->thread, NULL), 0);
    health_close(s->health);
    ck_assert_int_ne(access(s->path, F_OK), 0); /* it takes its socket away */
    (void)rmdir(s->folder);
    free(s);
}

static int knock(const struct site *s)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    memcpy(at.sun_path, s->path, strlen(s->path) + 1);
    ck_assert_int_eq(connect(fd, (const struct sockaddr *)&at, sizeof at), 0);
    return fd;
}

static void say(int fd, const char *text)
{
    ck_assert_int_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* Until it is closed. Static memory. */
static const char *hear(int fd)
{
    static char all[1 << 21];
    size_t len = 0;
    ssize_t got;

    while ((got = recv(fd, all + len, sizeof all - 1 - len, 0)) > 0)
        len += (size_t)got;
    all[len] = '\0';
    (void)close(fd);
    return all;
}

START_TEST(a_page_is_answered_and_the_connection_ends)
{
    struct site *s = site_new();
    int fd = knock(s);

    say(fd, "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n");
    const char *answer = hear(fd);
    ck_assert_msg(strncmp(answer, "HTTP/1.1 200 OK\r\n", 17) == 0, "%s", answer);
    ck_assert_ptr_nonnull(strstr(answer, "Content-Length: 7\r\n"));
    ck_assert_ptr_nonnull(strstr(answer, "Connection: close\r\n"));
    ck_assert_ptr_nonnull(strstr(answer, "\r\n\r\npage 2\n"));

    s->well = false;
    fd = knock(s);
    say(fd, "GET /heal");
    say(fd, "thz HTTP/1.1\r\n\r\n"); /* in pieces */
    ck_assert_int_eq(strncmp(hear(fd), "HTTP/1.1 503 Service Unavailable\r\n", 34), 0);
    site_free(s);
}
END_TEST

START_TEST(a_refusal_is_an_answer_too)
{
    struct site *s = site_new();
    int fd = knock(s);

    say(fd, "DELETE /metrics HTTP/1.1\r\n\r\n");
    const char *answer = hear(fd);
    ck_assert_int_eq(strncmp(answer, "HTTP/1.1 405 ", 13), 0);
    ck_assert_ptr_nonnull(strstr(answer, "Allow: GET\r\n"));
    fd = knock(s);
    say(fd, "\x16\x03\x01\x02");
    ck_assert_int_eq(strncmp(hear(fd), "HTTP/1.1 400 ", 13), 0);
    site_free(s);
}
END_TEST

START_TEST(a_large_page_arrives_whole)
{
    struct site *s = site_new();
    int fd = knock(s);

    s->page_len = HEALTH_BODY_LEN_MAX;
    say(fd, "GET /metrics HTTP/1.1\r\n\r\n");
    const char *answer = hear(fd);
    const char *body = strstr(answer, "\r\n\r\n");
    ck_assert_ptr_nonnull(strstr(answer, "application/openmetrics-text; version=1.0.0"));
    ck_assert_ptr_nonnull(body);
    ck_assert_uint_eq(strspn(body + 4, "m"), HEALTH_BODY_LEN_MAX);
    site_free(s);
}
END_TEST

/* Nobody sleeps: more silent askers than there are places, and the next is answered all the same. */
START_TEST(silent_askers_do_not_keep_others_out)
{
    struct site *s = site_new();
    int silent[3 * HEALTH_CONNECTIONS_MAX];

    for (size_t i = 0; i < CW_COUNT(silent); i++) {
        silent[i] = knock(s);
        say(silent[i], "GET /met");
    }
    int fd = knock(s);
    say(fd, "GET /metrics HTTP/1.1\r\n\r\n");
    ck_assert_int_eq(strncmp(hear(fd), "HTTP/1.1 200 ", 13), 0);
    struct pollfd last = {.fd = silent[CW_COUNT(silent) - 1], .events = POLLIN};
    ck_assert_int_eq(poll(&last, 1, 0), 0); /* and that not because their time was over */
    ck_assert_str_eq(hear(silent[0]), "");  /* who came first made room */
    for (size_t i = 1; i < CW_COUNT(silent); i++)
        (void)close(silent[i]);
    site_free(s);
}
END_TEST

START_TEST(who_does_not_read_or_goes_away_is_nobodys_trouble)
{
    struct site *s = site_new();
    int deaf[HEALTH_CONNECTIONS_MAX - 1];

    s->page_len = HEALTH_BODY_LEN_MAX;
    for (size_t i = 0; i < CW_COUNT(deaf); i++) {
        deaf[i] = knock(s);
        say(deaf[i], "GET /metrics HTTP/1.1\r\n\r\n");
    }
    (void)close(deaf[0]); /* in the middle of its answer */
    int fd = knock(s);
    say(fd, "GET /metrics HTTP/1.1\r\n\r\n");
    ck_assert_uint_gt(strlen(hear(fd)), HEALTH_BODY_LEN_MAX);
    for (size_t i = 1; i < CW_COUNT(deaf); i++)
        (void)close(deaf[i]);
    site_free(s);
}
END_TEST

START_TEST(the_socket_is_for_its_group_and_one_left_over_is_replaced)
{
    struct site *s = site_new();
    struct health_handler handler = {s, fill};
    struct refusal why = {0};
    struct health *second = NULL;
    struct stat st;

    ck_assert_int_eq(stat(s->path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0660);
    ck_assert_int_eq(health_open(s->path, &handler, &second, &why), CW_OK);
    health_close(second);
    site_free(s);
}
END_TEST

static uint16_t port_of(const char *where)
{
    struct site s = {.well = true};
    uint16_t port;

    site_open(&s, where);
    port = health_port(s.health);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(fd, (const struct sockaddr *)&at, sizeof at), 0);
    say(fd, "GET /healthz HTTP/1.1\r\n\r\n");
    ck_assert_int_eq(strncmp(hear(fd), "HTTP/1.1 200 ", 13), 0);
    health_stop(s.health);
    ck_assert_int_eq(pthread_join(s.thread, NULL), 0);
    health_close(s.health);
    return port;
}

START_TEST(tcp_listens_on_the_loopback_and_nowhere_else)
{
    static const char *const elsewhere[] = {
        "tcp://0.0.0.0:4705", "tcp://*:4705",       "tcp://127.0.0.1", "tcp://127.0.0.1:x", "tcp://127.0.0.1:65536",
        "tcp://127.0.0.1:-1", "tcp://192.0.2.1:80", "metrics",         "tcp://[::]:80",     ""};
    struct health_handler handler = {NULL, fill};
    struct health *h = NULL;
    struct refusal why = {0};

    ck_assert_uint_ne(port_of("tcp://127.0.0.1:0"), 0);
    for (size_t i = 0; i < CW_COUNT(elsewhere); i++) {
        ck_assert_msg(health_open(elsewhere[i], &handler, &h, &why) == CW_LOCAL_CONFIG, "%s", elsewhere[i]);
        ck_assert_ptr_null(h);
    }
    ck_assert_int_eq(health_open("/nowhere/at/all/metrics.sock", &handler, &h, &why), CW_LOCAL_CONFIG);
    ck_assert_ptr_nonnull(strstr(why.text, "/nowhere/at/all"));
}
END_TEST

Suite *suite_health(void)
{
    Suite *s = suite_create("health");
    TCase *t = tcase_create("health");

    tcase_add_test(t, what_is_not_exactly_one_of_three_is_refused);
    tcase_add_test(t, each_page_is_found_whatever_headers_say);
    tcase_add_test(t, a_request_cut_short_anywhere_is_waited_for_and_one_too_long_is_not);
    tcase_add_test(t, a_page_is_answered_and_the_connection_ends);
    tcase_add_test(t, a_refusal_is_an_answer_too);
    tcase_add_test(t, a_large_page_arrives_whole);
    tcase_add_test(t, silent_askers_do_not_keep_others_out);
    tcase_add_test(t, who_does_not_read_or_goes_away_is_nobodys_trouble);
    tcase_add_test(t, the_socket_is_for_its_group_and_one_left_over_is_replaced);
    tcase_add_test(t, tcp_listens_on_the_loopback_and_nowhere_else);
    suite_add_tcase(s, t);
    return s;
}
