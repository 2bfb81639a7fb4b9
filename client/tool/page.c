/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/page.h"

#include "lib/link.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Never waits: what is written once there is room says whether somebody took the connection. */
static int dial_at(const struct sockaddr *at, socklen_t len)
{
    int fd = socket(at->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd >= 0 && connect(fd, at, len) != 0 && errno != EINPROGRESS) {
        close(fd);
        return -1;
    }
    return fd;
}

static bool read_port(const char *text, in_port_t *out)
{
    char *end = NULL;
    long port = strtol(text, &end, 10);

    if (text[0] < '0' || text[0] > '9' || *end != '\0' || port < 1 || port > UINT16_MAX)
        return false;
    *out = htons((uint16_t)port);
    return true;
}

/* The places that listen_metrics may name (casewire.conf(5)): a path, or the loopback by its number. */
static int dial(const char *where)
{
    static const char four[] = "tcp://127.0.0.1:", six[] = "tcp://[::1]:";
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr_un path = {.sun_family = AF_UNIX};

    if (strncmp(where, four, sizeof(four) - 1) == 0)
        return read_port(where + sizeof(four) - 1, &v4.sin_port) ? dial_at((struct sockaddr *)&v4, sizeof(v4)) : -1;
    if (strncmp(where, six, sizeof(six) - 1) == 0)
        return read_port(where + sizeof(six) - 1, &v6.sin6_port) ? dial_at((struct sockaddr *)&v6, sizeof(v6)) : -1;
    if (strlen(where) >= sizeof(path.sun_path))
        return -1;
    memcpy(path.sun_path, where, strlen(where) + 1);
    return dial_at((struct sockaddr *)&path, sizeof(path));
}

static bool ask(int fd, const char *request, size_t len, struct cw_mono until)
{
    struct pollfd wait = {.fd = fd, .events = POLLOUT};

    return poll(&wait, 1, link_ms_left(until)) == 1 && send(fd, request, len, MSG_NOSIGNAL) == (ssize_t)len;
}

/* Until the other side ends the connection. */
static enum cw_err hear(int fd, struct cw_mono until, struct buf *out)
{
    uint8_t piece[16384];

    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        ssize_t got;

        if (poll(&wait, 1, link_ms_left(until)) == 0)
            return CW_AGAIN_NO_DAEMON;
        got = recv(fd, piece, sizeof(piece), 0);
        if (got == 0)
            return CW_OK;
        if (got < 0 && errno != EAGAIN && errno != EINTR)
            return CW_AGAIN_NO_DAEMON;
        if (got > 0 && out->len + (size_t)got > PAGE_LEN_MAX)
            return CW_REFUSED_SIZE;
        if (got > 0 && buf_add(out, slice(piece, (size_t)got)) != CW_OK)
            return CW_LOCAL_MEMORY;
    }
}

/* "HTTP/1.1 200 OK" and what stands behind the empty line. */
static enum cw_err take_apart(struct cw_slice whole, unsigned *out_status, struct buf *out)
{
    static const char begin[] = "HTTP/1.1 ";
    size_t at = sizeof(begin) - 1;

    if (whole.len < at + 4 || memcmp(whole.data, begin, at) != 0)
        return CW_PEER_MALFORMED;
    *out_status = 0;
    for (size_t i = at; i < at + 3; i++) {
        if (whole.data[i] < '0' || whole.data[i] > '9')
            return CW_PEER_MALFORMED;
        *out_status = *out_status * 10 + (unsigned)(whole.data[i] - '0');
    }
    for (at = at + 3; at + 4 <= whole.len; at++) {
        if (memcmp(whole.data + at, "\r\n\r\n", 4) == 0)
            return buf_add(out, slice(whole.data + at + 4, whole.len - at - 4));
    }
    return CW_PEER_MALFORMED;
}

enum cw_err page_get(const char *where, const char *page, int32_t timeout_ms, unsigned *out_status, struct buf *out)
{
    CW_AUTO(buf_done) struct buf whole = {0};
    char request[128];
    int len = snprintf(request, sizeof(request), "GET /%s HTTP/1.1\r\nHost: casewire\r\n\r\n", page);
    struct cw_mono until = mono_after(link_now(), timeout_ms);
    int fd = dial(where);
    enum cw_err err;

    CW_ASSERT(len > 0 && (size_t)len < sizeof(request));
    if (fd < 0)
        return CW_AGAIN_NO_DAEMON;
    err = ask(fd, request, (size_t)len, until) ? hear(fd, until, &whole) : CW_AGAIN_NO_DAEMON;
    close(fd);
    return err == CW_OK ? take_apart(buf_slice(&whole), out_status, out) : err;
}

bool page_number(struct cw_slice text, const char *sample, double *out)
{
    size_t len = strlen(sample), at = 0;
    char number[40];

    while (at < text.len) {
        const uint8_t *line = text.data + at, *end = memchr(line, '\n', text.len - at);
        size_t line_len = end == NULL ? text.len - at : (size_t)(end - line);
        size_t number_len = line_len > len ? line_len - len - 1 : 0;

        at += line_len + 1;
        if (line_len <= len + 1 || number_len >= sizeof(number) || memcmp(line, sample, len) != 0 || line[len] != ' ')
            continue;
        memcpy(number, line + len + 1, number_len);
        number[number_len] = '\0';
        *out = strtod(number, NULL);
        return true;
    }
    return false;
}
