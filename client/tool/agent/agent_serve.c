/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The agent's socket. One thread, one poll; a connection is one packet each way and may idle for two seconds,
 * and when all places are taken the one that waited longest goes, so that nobody can keep the others out.
 */
#include "tool/agent.h"

#include "lib/fault.h"
#include "proto/sign.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define PLACES 16
#define IDLE_MS 2000
#define LOOK_MS 30000 /* how often it sees whether its socket's file is still there */

struct cw_mono agent_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    return (struct cw_mono){(int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000};
}

/* --- signals: blocked from the start, so that none ends us before the socket's file is ours to remove ------- */

static int hear_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* --- the seat --------------------------------------------------------------------------------------------- */

/* A listening socket under a name of its own, readable by nobody else from its first moment on. */
static enum cw_err listen_as(struct agent_seat *seat, const char *fresh)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    mode_t before = umask(0177);
    bool bound;

    agent_path_of(seat->folder, fresh, at.sun_path);
    seat->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    unlinkat(seat->folder, fresh, 0);
    bound = seat->listener >= 0 && bind(seat->listener, (const struct sockaddr *)&at, sizeof(at)) == 0 &&
            listen(seat->listener, PLACES) == 0;
    umask(before);
    return bound ? CW_OK : CW_LOCAL_IO;
}

/* Into its place, under the folder's lock: two logins at once end with one of them listening. */
static enum cw_err move_in(struct agent_seat *seat, const char *fresh)
{
    struct stat st;
    bool moved;

    if (flock(seat->folder, LOCK_EX) != 0)
        return CW_LOCAL_IO;
    moved = renameat(seat->folder, fresh, seat->folder, seat->name) == 0 &&
            fstatat(seat->folder, seat->name, &st, AT_SYMLINK_NOFOLLOW) == 0;
    flock(seat->folder, LOCK_UN);
    if (!moved)
        return CW_LOCAL_IO;
    seat->device = st.st_dev;
    seat->inode = st.st_ino;
    return CW_OK;
}

enum cw_err agent_seat_take(struct agent_seat *seat, const struct cert_id *cert, struct cw_fault *fault)
{
    uint8_t packet[AGENT_ANSWER_LEN_MAX];
    char fresh[AGENT_NAME_LEN_MAX];
    struct cw_slice body;
    enum cw_err err;

    seat->listener = seat->folder = -1;
    seat->signals = hear_signals();
    agent_name_of(cert, seat->name);
    snprintf(fresh, sizeof(fresh), "new-%d.sock", (int)getpid());
    err = agent_folder_open(seat->run_dir, true, &seat->folder, fault);
    if (err != CW_OK)
        return err;
    err = listen_as(seat, fresh);
    if (err == CW_OK) {
        (void)!agent_ask(seat->folder, seat->name, &(struct agent_request){.op = AGENT_STOP}, packet, &body);
        err = move_in(seat, fresh);
    }
    if (err == CW_OK)
        return CW_OK;
    unlinkat(seat->folder, fresh, 0);
    agent_seat_leave(seat);
    return fault_set(fault, err, seat->name, "no socket could be made there");
}

static bool is_mine(const struct agent_seat *seat)
{
    struct stat st;

    return fstatat(seat->folder, seat->name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_dev == seat->device &&
           st.st_ino == seat->inode;
}

void agent_seat_leave(struct agent_seat *seat)
{
    if (seat->listener >= 0)
        close(seat->listener);
    if (seat->signals >= 0)
        close(seat->signals);
    if (seat->folder >= 0) {
        /* Never the file of whoever took over meanwhile. */
        if (seat->inode != 0 && flock(seat->folder, LOCK_EX) == 0 && is_mine(seat))
            unlinkat(seat->folder, seat->name, 0);
        close(seat->folder);
    }
    seat->listener = seat->folder = seat->signals = -1;
}

/* --- connections ------------------------------------------------------------------------------------------ */

struct place {
    int fd; /* -1: free */
    struct cw_mono until;
};

struct room {
    struct agent *agent;
    const struct agent_seat *seat;
    struct place places[PLACES];
};

static void clear(struct place *p)
{
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
}

static bool may_ask(int fd, uid_t owner)
{
    struct ucred peer;
    socklen_t len = sizeof(peer);

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.uid == owner;
}

static struct place *find_place(struct room *room)
{
    struct place *oldest = &room->places[0];

    for (size_t i = 0; i < PLACES; i++) {
        if (room->places[i].fd < 0)
            return &room->places[i];
        if (room->places[i].until.ms < oldest->until.ms)
            oldest = &room->places[i];
    }
    clear(oldest);
    return oldest;
}

static void let_in(struct room *room, struct cw_mono now)
{
    int fd = accept4(room->seat->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct place *p;

    if (fd < 0)
        return;
    if (!may_ask(fd, room->seat->owner)) {
        close(fd);
        return;
    }
    p = find_place(room);
    *p = (struct place){fd, mono_after(now, IDLE_MS)};
}

static void answer_at(struct room *room, struct place *p, struct cw_mono now)
{
    uint8_t packet[AGENT_REQUEST_LEN_MAX], answer[AGENT_ANSWER_LEN_MAX];
    struct writer w = writer_over(answer, sizeof(answer));
    ssize_t got = recv(p->fd, packet, sizeof(packet), MSG_TRUNC);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got > 0 && (size_t)got <= sizeof(packet) && agent_answer(room->agent, now, slice(packet, (size_t)got), &w))
        (void)!send(p->fd, answer, w.len, MSG_NOSIGNAL);
    wipe(answer, sizeof(answer));
    clear(p);
}

/* --- the loop --------------------------------------------------------------------------------------------- */

static int wait_ms(const struct room *room, struct cw_mono now)
{
    struct cw_mono until = mono_earlier(room->agent->deadline, mono_after(now, LOOK_MS));

    for (size_t i = 0; i < PLACES; i++)
        if (room->places[i].fd >= 0)
            until = mono_earlier(until, room->places[i].until);
    return until.ms > now.ms ? (int)(until.ms - now.ms) : 0;
}

/* One round; false: a signal said to end. */
static bool turn(struct room *room)
{
    struct pollfd wait[PLACES + 2] = {{.fd = room->seat->listener, .events = POLLIN},
                                      {.fd = room->seat->signals, .events = POLLIN}};
    struct cw_mono now = agent_now();

    for (size_t i = 0; i < PLACES; i++)
        wait[2 + i] = (struct pollfd){.fd = room->places[i].fd, .events = POLLIN};
    if (poll(wait, PLACES + 2, wait_ms(room, now)) < 0 && errno != EINTR)
        return false;
    now = agent_now();
    if (wait[1].revents != 0)
        return false;
    for (size_t i = 0; i < PLACES; i++) {
        if (wait[2 + i].revents != 0)
            answer_at(room, &room->places[i], now);
        else if (room->places[i].fd >= 0 && mono_reached(now, room->places[i].until))
            clear(&room->places[i]);
    }
    if (wait[0].revents != 0)
        let_in(room, now);
    return true;
}

void agent_serve(struct agent *a, const struct agent_seat *seat)
{
    struct room room = {.agent = a, .seat = seat};

    for (size_t i = 0; i < PLACES; i++)
        room.places[i].fd = -1;
    while (a->keys != NULL && !mono_reached(agent_now(), a->deadline) && turn(&room))
        if (!is_mine(seat)) /* the session ended, or another login took the place */
            break;
    agent_forget(a);
    for (size_t i = 0; i < PLACES; i++)
        clear(&room.places[i]);
}
