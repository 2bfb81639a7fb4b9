/* SPDX-License-Identifier: Apache-2.0 */
#include "net/admin.h"

#include "net/misplaced.h"
#include "net/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define GROUPS_MAX 256
#define BACKLOG 16
#define REST_MS 100

/* What is polled: the connections, then these. */
enum { AT_LISTENER = ADMIN_CONNECTIONS_MAX, AT_PASSED, AT_WAKE, POLLED };

struct connection {
    uint64_t id; /* 0: this place is free */
    struct pipe_end pipe;
    bool broken;
};

struct admin {
    struct admin_handler handler;
    int listener, passed, wake; /* passed: -1 when nobody passed one */
    gid_t group;                /* of the socket file */
    char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
    atomic_bool stopping;
    bool
        resting; /* no descriptor is left, and whoever waits at a door keeps it readable: asked again after REST_MS, or when something else happens */
    uint64_t last_id;
    pthread_mutex_t lock; /* guards the connections' ids and output */
    struct connection connections[ADMIN_CONNECTIONS_MAX];
};

/* --- opening --------------------------------------------------------------------------------------------- */

static bool listen_at(struct admin *a, const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    struct stat st;

    memcpy(at.sun_path, path, strlen(path) + 1);
    memcpy(a->path, path, strlen(path) + 1);
    if (unlink(path) != 0 && errno != ENOENT)
        return false;
    a->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (a->listener < 0 || bind(a->listener, (const struct sockaddr *)&at, sizeof at) != 0)
        return false;
    if (chmod(path, 0660) != 0 || stat(path, &st) != 0 || listen(a->listener, BACKLOG) != 0)
        return false;
    a->group = st.st_gid;
    return true;
}

static bool listens(int fd)
{
    int accepts = 0, type = 0;
    socklen_t accepts_len = sizeof accepts, type_len = sizeof type;

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &accepts_len) == 0 && accepts != 0 &&
           getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_len) == 0 && type == SOCK_STREAM;
}

/* Whoever may open its file may speak, so the file must have a mode, and the mode must shut others out. */
static enum cw_err check_passed(int fd, struct refusal *why)
{
    struct sockaddr_un at = {.sun_family = AF_UNSPEC};
    socklen_t len = sizeof at - 1; /* the path ends within it */
    struct stat st;

    if (getsockname(fd, (struct sockaddr *)&at, &len) != 0 || at.sun_family != AF_UNIX || at.sun_path[0] != '/' ||
        !listens(fd))
        return refuse(why, CW_LOCAL_CONFIG, "admin_socket",
                      "what the service manager passed as admin is no Unix stream socket with a path");
    if (stat(at.sun_path, &st) != 0 || !S_ISSOCK(st.st_mode) || (st.st_mode & S_IRWXO) != 0)
        return refuse(
            why, CW_LOCAL_CONFIG, "admin_socket",
            "%.100s, which the service manager passed, is gone or open to everybody: its unit needs SocketMode=0660",
            at.sun_path);
    if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
        return refuse(why, CW_LOCAL_IO, "admin_socket", "the socket that was passed cannot be used");
    return CW_OK;
}

static struct admin *admin_new(const struct admin_handler *handler, int passed)
{
    struct admin *a = calloc(1, sizeof *a);

    if (a == NULL)
        return NULL;
    a->handler = *handler;
    a->listener = -1;
    a->passed = passed;
    a->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    (void)pthread_mutex_init(&a->lock, NULL); /* cannot fail with default attributes on Linux */
    return a;
}

enum cw_err admin_open(const char *path, int passed, const struct admin_handler *handler, struct admin **out,
                       struct refusal *why)
{
    struct admin *a = admin_new(handler, passed);
    enum cw_err err;

    if (a == NULL)
        return refuse(why, CW_LOCAL_MEMORY, "admin_socket", "no memory");
    err = strlen(path) < sizeof a->path
              ? CW_OK
              : refuse(why, CW_LOCAL_CONFIG, "admin_socket", "%.150s: a socket's path has at most %zu characters", path,
                       sizeof a->path - 1);
    if (err == CW_OK && passed >= 0)
        err = check_passed(passed, why);
    if (err != CW_OK) {
        admin_close(a);
        return err;
    }
    if (a->wake < 0 || !listen_at(a, path)) {
        char error[64];
        bool misplaced = is_misplaced(errno);
        const char *text = strerror_r(errno, error, sizeof error);

        admin_close(a);
        return refuse(why, misplaced ? CW_LOCAL_CONFIG : CW_LOCAL_IO, "admin_socket",
                      "admin_socket: cannot listen at %.120s: %s", path, text);
    }
    *out = a;
    return CW_OK;
}

void admin_close(struct admin *a)
{
    if (a == NULL)
        return;
    for (size_t i = 0; i < ADMIN_CONNECTIONS_MAX; i++) {
        if (a->connections[i].id != 0)
            pipe_done(&a->connections[i].pipe);
    }
    if (a->listener >= 0) {
        (void)close(a->listener);
        (void)unlink(a->path);
    }
    if (a->passed >= 0)
        (void)close(a->passed);
    if (a->wake >= 0)
        (void)close(a->wake);
    (void)pthread_mutex_destroy(&a->lock);
    free(a);
}

void admin_stop(struct admin *a)
{
    atomic_store(&a->stopping, true);
    (void)eventfd_write(a->wake, 1);
}

/* --- who comes in ---------------------------------------------------------------------------------------- */

static bool in_group(const struct admin *a, int fd)
{
    gid_t groups[GROUPS_MAX];
    socklen_t len = sizeof groups;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) != 0)
        return false;
    for (size_t i = 0; i < len / sizeof groups[0]; i++) {
        if (groups[i] == a->group)
            return true;
    }
    return false;
}

static bool may_speak(const struct admin *a, int fd)
{
    struct ucred who;
    socklen_t len = sizeof who;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) != 0)
        return false;
    return who.uid == geteuid() || who.uid == 0 || who.gid == a->group || in_group(a, fd);
}

static struct connection *free_place(struct admin *a)
{
    for (size_t i = 0; i < ADMIN_CONNECTIONS_MAX; i++) {
        if (a->connections[i].id == 0)
            return &a->connections[i];
    }
    return NULL;
}

static void accept_one(struct admin *a, int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct connection *c = free_place(a);

    if (fd < 0) {
        a->resting = errno != EAGAIN && errno != EINTR && errno != ECONNABORTED;
        return;
    }
    if (c == NULL || (listener == a->listener && !may_speak(a, fd))) {
        (void)close(fd);
        return;
    }
    (void)pthread_mutex_lock(&a->lock);
    pipe_init(&c->pipe, fd);
    c->broken = false;
    c->id = ++a->last_id;
    (void)pthread_mutex_unlock(&a->lock);
    a->handler.up(a->handler.ctx, c->id);
}

static void end(struct admin *a, struct connection *c)
{
    uint64_t id = c->id;

    (void)pthread_mutex_lock(&a->lock);
    pipe_done(&c->pipe);
    c->id = 0;
    (void)pthread_mutex_unlock(&a->lock);
    a->handler.down(a->handler.ctx, id);
}

/* --- talking --------------------------------------------------------------------------------------------- */

void admin_send(struct admin *a, uint64_t connection, struct cw_slice frame)
{
    (void)pthread_mutex_lock(&a->lock);
    for (size_t i = 0; i < ADMIN_CONNECTIONS_MAX; i++) {
        struct connection *c = &a->connections[i];

        if (c->id != connection)
            continue;
        if (pipe_pending(&c->pipe) + frame.len > ADMIN_PENDING_LEN_MAX || pipe_put_bytes(&c->pipe, frame) != CW_OK ||
            pipe_flush(&c->pipe) != CW_OK)
            c->broken = true;
        break;
    }
    (void)pthread_mutex_unlock(&a->lock);
    (void)eventfd_write(a->wake, 1);
}

static bool take_frames(struct admin *a, struct connection *c)
{
    struct cw_slice frame;
    enum cw_err filled = pipe_fill(&c->pipe);
    enum cw_err err;

    while ((err = pipe_next(&c->pipe, &frame)) == CW_OK)
        a->handler.frame(a->handler.ctx, c->id, frame);
    return err == CW_AGAIN_BUSY && (filled == CW_OK || filled == CW_AGAIN_BUSY);
}

/* What is waited for; places that are free are skipped by poll (descriptor -1). */
static void prepare(struct admin *a, struct pollfd fds[static POLLED])
{
    (void)pthread_mutex_lock(&a->lock);
    for (size_t i = 0; i < ADMIN_CONNECTIONS_MAX; i++) {
        struct connection *c = &a->connections[i];
        bool left;

        fds[i] = (struct pollfd){.fd = -1};
        if (c->id == 0)
            continue;
        if (c->broken || pipe_flush(&c->pipe) != CW_OK)
            (void)shutdown(c->pipe.fd, SHUT_RDWR); /* it reads as ended, below */
        left = pipe_pending(&c->pipe) != 0;
        fds[i] = (struct pollfd){.fd = c->pipe.fd, .events = (short)(POLLIN | (left ? POLLOUT : 0))};
    }
    (void)pthread_mutex_unlock(&a->lock);
    fds[AT_LISTENER] = (struct pollfd){.fd = a->resting ? -1 : a->listener, .events = POLLIN};
    fds[AT_PASSED] = (struct pollfd){.fd = a->resting ? -1 : a->passed, .events = POLLIN};
    fds[AT_WAKE] = (struct pollfd){.fd = a->wake, .events = POLLIN};
}

static void work(struct admin *a, const struct pollfd fds[static POLLED])
{
    eventfd_t unused;

    for (size_t i = 0; i < ADMIN_CONNECTIONS_MAX; i++) {
        struct connection *c = &a->connections[i];
        bool readable = (fds[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0;

        if (readable && !take_frames(a, c))
            end(a, c);
    }
    if (fds[AT_LISTENER].revents != 0)
        accept_one(a, a->listener);
    if (fds[AT_PASSED].revents != 0)
        accept_one(a, a->passed);
    if (fds[AT_WAKE].revents != 0)
        (void)eventfd_read(a->wake, &unused);
}

void admin_run(struct admin *a)
{
    struct pollfd fds[POLLED];

    while (!atomic_load(&a->stopping)) {
        prepare(a, fds);
        int ready = poll(fds, POLLED, a->resting ? REST_MS : -1);

        a->resting =
            false; /* also when somebody else spoke: they do not speak without end, and nobody waits for silence */
        if (ready > 0)
            work(a, fds);
    }
}
