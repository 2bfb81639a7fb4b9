/* SPDX-License-Identifier: Apache-2.0 */
#include "net/health.h"

#include "net/misplaced.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define BACKLOG 16
#define HEAD_LEN_MAX 256
#define REST_MS 1000

enum stage { FREE, READING, WRITING, DRAINING };

struct asker {
    enum stage stage;
    int fd;
    uint64_t number; /* who came first has the least */
    struct cw_mono until;
    size_t asked;
    uint8_t request[HEALTH_REQUEST_LEN_MAX];
    char *answer; /* owned */
    size_t answer_len, written;
};

struct health {
    struct health_handler handler;
    int listener, wake;
    char path[sizeof(((struct sockaddr_un *)0)->sun_path)]; /* "": tcp */
    atomic_bool stopping;
    uint64_t last_number;
    struct cw_mono rests_until; /* nobody could be let in (descriptors): not tried again at once */
    struct asker askers[HEALTH_CONNECTIONS_MAX];
};

static struct cw_mono now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (struct cw_mono){(int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000};
}

/* --- opening ----------------------------------------------------------------------------------------------- */

static bool listen_on(struct health *h, const struct sockaddr *at, socklen_t len)
{
    const int on = 1;

    h->listener = socket(at->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (h->listener < 0)
        return false;
    if (at->sa_family != AF_UNIX)
        (void)setsockopt(h->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    return bind(h->listener, at, len) == 0 && listen(h->listener, BACKLOG) == 0;
}

static bool listen_at_path(struct health *h, const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};

    memcpy(at.sun_path, path, strlen(path) + 1);
    memcpy(h->path, path, strlen(path) + 1);
    if (unlink(path) != 0 && errno != ENOENT)
        return false;
    return listen_on(h, (const struct sockaddr *)&at, sizeof at) && chmod(path, 0660) == 0;
}

static bool read_port(const char *text, in_port_t *out)
{
    char *end = NULL;
    unsigned long port = strtoul(text, &end, 10);

    if (text[0] < '0' || text[0] > '9' || *end != '\0' || port > 65535)
        return false;
    *out = htons((uint16_t)port);
    return true;
}

/* *out_known false: no place that is ours to listen at. */
static bool listen_at_tcp(struct health *h, const char *where, bool *out_known)
{
    static const char four[] = "tcp://127.0.0.1:", six[] = "tcp://[::1]:";
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};

    *out_known = true;
    if (strncmp(where, four, sizeof four - 1) == 0 && read_port(where + sizeof four - 1, &v4.sin_port))
        return listen_on(h, (const struct sockaddr *)&v4, sizeof v4);
    if (strncmp(where, six, sizeof six - 1) == 0 && read_port(where + sizeof six - 1, &v6.sin6_port))
        return listen_on(h, (const struct sockaddr *)&v6, sizeof v6);
    *out_known = false;
    return false;
}

static enum cw_err refuse_place(const char *where, bool known, struct refusal *why)
{
    char error[64];

    if (!known)
        return refuse(why, CW_LOCAL_CONFIG, "listen_metrics",
                      "%.120s is neither a socket's path nor tcp://127.0.0.1:PORT or tcp://[::1]:PORT", where);
    if (errno == EADDRINUSE)
        return refuse(why, CW_LOCAL_CONFIG, "listen_metrics",
                      "listen_metrics: cannot listen at %.60s: %s; stop the program that listens there (ss --listening "
                      "--tcp --numeric --processes shows it), or set another port",
                      where, strerror_r(errno, error, sizeof error));
    return refuse(why, is_misplaced(errno) ? CW_LOCAL_CONFIG : CW_LOCAL_IO, "listen_metrics",
                  "listen_metrics: cannot listen at %.120s: %s", where, strerror_r(errno, error, sizeof error));
}

enum cw_err health_open(const char *where, const struct health_handler *handler, struct health **out,
                        struct refusal *why)
{
    struct health *h = calloc(1, sizeof *h);
    bool known = where[0] == '/' && strlen(where) < sizeof h->path;
    bool listens;

    if (h == NULL)
        return refuse(why, CW_LOCAL_MEMORY, "listen_metrics", "no memory");
    h->handler = *handler;
    h->listener = -1;
    h->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    listens = h->wake >= 0 && (known ? listen_at_path(h, where) : listen_at_tcp(h, where, &known));
    if (!listens) {
        enum cw_err err = refuse_place(where, known, why);

        health_close(h);
        return err;
    }
    *out = h;
    return CW_OK;
}

static void end(struct asker *a)
{
    if (a->stage == FREE)
        return;
    (void)close(a->fd);
    free(a->answer);
    a->answer = NULL;
    a->stage = FREE;
}

void health_close(struct health *h)
{
    if (h == NULL)
        return;
    for (size_t i = 0; i < HEALTH_CONNECTIONS_MAX; i++)
        end(&h->askers[i]);
    if (h->listener >= 0) {
        (void)close(h->listener);
        if (h->path[0] != '\0')
            (void)unlink(h->path);
    }
    if (h->wake >= 0)
        (void)close(h->wake);
    free(h);
}

void health_stop(struct health *h)
{
    atomic_store(&h->stopping, true);
    (void)eventfd_write(h->wake, 1);
}

uint16_t health_port(const struct health *h)
{
    struct sockaddr_in6 at = {0};
    socklen_t len = sizeof at;

    if (h->path[0] != '\0' || getsockname(h->listener, (struct sockaddr *)&at, &len) != 0)
        return 0;
    return ntohs(at.sin6_port); /* stands at the same place in an IPv4 address */
}

/* --- answering ----------------------------------------------------------------------------------------------- */

static void answer_with(struct asker *a, const char *status, const char *type, size_t body_len)
{
    char head[HEAD_LEN_MAX];
    int len = snprintf(head, sizeof head,
                       "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nCache-Control: no-store\r\n"
                       "%sConnection: close\r\n\r\n",
                       status, type, body_len, strncmp(status, "405", 3) == 0 ? "Allow: GET\r\n" : "");

    CW_ASSERT(len > 0 && len < HEAD_LEN_MAX);
    memmove(a->answer + len, a->answer + HEAD_LEN_MAX, body_len);
    memcpy(a->answer, head, (size_t)len);
    a->answer_len = (size_t)len + body_len;
    a->written = 0;
    a->stage = WRITING;
}

static void answer_text(struct asker *a, const char *status)
{
    int len = snprintf(a->answer + HEAD_LEN_MAX, HEAD_LEN_MAX, "%s\n", status);

    answer_with(a, status, "text/plain; charset=utf-8", (size_t)len);
}

static void answer_page(struct health *h, struct asker *a, enum health_page page)
{
    size_t len = 0;
    bool well = h->handler.page(h->handler.ctx, page, a->answer + HEAD_LEN_MAX, HEALTH_BODY_LEN_MAX, &len);

    CW_ASSERT(len <= HEALTH_BODY_LEN_MAX);
    answer_with(a, well ? "200 OK" : "503 Service Unavailable",
                page == HEALTH_METRICS ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                       : "application/json",
                len);
}

static void answer(struct health *h, struct asker *a, enum health_verdict verdict, enum health_page page)
{
    a->answer = malloc(HEAD_LEN_MAX + HEALTH_BODY_LEN_MAX);
    if (a->answer == NULL) {
        end(a);
        return;
    }
    switch (verdict) {
    case HEALTH_GOOD:
        answer_page(h, a, page);
        break;
    case HEALTH_METHOD_UNKNOWN:
        answer_text(a, "405 Method Not Allowed");
        break;
    case HEALTH_NOT_FOUND:
        answer_text(a, "404 Not Found");
        break;
    case HEALTH_TOO_LONG:
        answer_text(a, "431 Request Header Fields Too Large");
        break;
    case HEALTH_MORE:
    case HEALTH_BAD:
        answer_text(a, "400 Bad Request");
        break;
    }
}

static void read_more(struct health *h, struct asker *a)
{
    enum health_page page = HEALTH_ALIVE;
    ssize_t got = recv(a->fd, a->request + a->asked, sizeof a->request - a->asked, 0);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        end(a);
        return;
    }
    a->asked += (size_t)got;
    enum health_verdict verdict = health_judge(slice(a->request, a->asked), &page);
    if (verdict != HEALTH_MORE)
        answer(h, a, verdict, page);
}

static void write_more(struct asker *a)
{
    ssize_t put = send(a->fd, a->answer + a->written, a->answer_len - a->written, MSG_NOSIGNAL);

    if (put < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (put <= 0) {
        end(a);
        return;
    }
    a->written += (size_t)put;
    if (a->written < a->answer_len)
        return;
    (void)shutdown(a->fd, SHUT_WR); /* what it still sends is read, or closing would take the answer away from it */
    a->stage = DRAINING;
}

static void drain(struct asker *a)
{
    ssize_t got = recv(a->fd, a->request, sizeof a->request, 0);

    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
        end(a);
}

/* --- who comes ------------------------------------------------------------------------------------------------- */

/* When all places are taken, who came first has had its time. */
static struct asker *place(struct health *h)
{
    struct asker *found = &h->askers[0];

    for (size_t i = 0; i < HEALTH_CONNECTIONS_MAX; i++) {
        if (h->askers[i].stage == FREE)
            return &h->askers[i];
        if (h->askers[i].number < found->number)
            found = &h->askers[i];
    }
    end(found);
    return found;
}

static void accept_one(struct health *h)
{
    int fd = accept4(h->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct asker *a;

    if (fd < 0) {
        h->rests_until = errno == EAGAIN || errno == ECONNABORTED ? h->rests_until : mono_after(now(), REST_MS);
        return;
    }
    a = place(h);
    a->stage = READING;
    a->fd = fd;
    a->number = ++h->last_number;
    a->until = mono_after(now(), HEALTH_TIME_MS);
    a->asked = 0;
}

static int prepare(struct health *h, struct pollfd fds[static HEALTH_CONNECTIONS_MAX + 2])
{
    struct cw_mono until = CW_NEVER, t = now();
    bool rests = !mono_reached(t, h->rests_until);

    for (size_t i = 0; i < HEALTH_CONNECTIONS_MAX; i++) {
        struct asker *a = &h->askers[i];

        if (a->stage != FREE && mono_reached(t, a->until))
            end(a);
        fds[i] = (struct pollfd){.fd = a->stage == FREE ? -1 : a->fd, .events = a->stage == WRITING ? POLLOUT : POLLIN};
        if (a->stage != FREE)
            until = mono_earlier(until, a->until);
    }
    if (rests)
        until = mono_earlier(until, h->rests_until);
    fds[HEALTH_CONNECTIONS_MAX] = (struct pollfd){.fd = rests ? -1 : h->listener, .events = POLLIN};
    fds[HEALTH_CONNECTIONS_MAX + 1] = (struct pollfd){.fd = h->wake, .events = POLLIN};
    return until.ms == CW_NEVER.ms ? -1 : (int)(until.ms - t.ms);
}

static void work(struct health *h, const struct pollfd fds[static HEALTH_CONNECTIONS_MAX + 2])
{
    for (size_t i = 0; i < HEALTH_CONNECTIONS_MAX; i++) {
        struct asker *a = &h->askers[i];

        if (fds[i].revents == 0 || a->stage == FREE)
            continue;
        if (a->stage == READING)
            read_more(h, a);
        else if (a->stage == WRITING)
            write_more(a);
        else
            drain(a);
    }
    if (fds[HEALTH_CONNECTIONS_MAX].revents != 0)
        accept_one(h);
}

void health_run(struct health *h)
{
    struct pollfd fds[HEALTH_CONNECTIONS_MAX + 2];

    while (!atomic_load(&h->stopping)) {
        int wait_ms = prepare(h, fds);

        if (poll(fds, HEALTH_CONNECTIONS_MAX + 2, wait_ms) > 0)
            work(h, fds);
    }
}
