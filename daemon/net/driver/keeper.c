/* SPDX-License-Identifier: Apache-2.0 */
#include "net/keeper.h"

#include "net/jail.h"
#include "net/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef CW_COVERAGE
extern void __gcov_dump(void);
#endif

/* A process that shares its parent's buffers and exit handlers must not run them. */
static _Noreturn void leave(int code)
{
#ifdef CW_COVERAGE
    __gcov_dump();
#endif
    _exit(code);
}

static ssize_t read_all(int fd, void *out, size_t len)
{
    ssize_t n;

    do {
        n = recv(fd, out, len, MSG_WAITALL);
    } while (n < 0 && errno == EINTR);
    return n;
}

/* --- in the keeper -------------------------------------------------------------------------------------- */

static _Noreturn void be_net_process(const struct keeper_options *options, int fd)
{
    const char *why;

    (void)prctl(PR_SET_NAME, "casewired-net", 0, 0, 0);
    if (!jail_enter(&(struct jail_options){options->memory_max, fd}, &why)) {
        (void)fprintf(stderr, "casewired: net process: %s\n", why);
        leave(1);
    }
    leave(loop_run(fd));
}

static bool hand_over(int control, int fd, pid_t pid)
{
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(sizeof(int))];
    } space = {.bytes = {0}};
    struct iovec io = {&pid, sizeof pid};
    struct msghdr message = {
        .msg_iov = &io, .msg_iovlen = 1, .msg_control = space.bytes, .msg_controllen = sizeof space.bytes};

    space.head = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&space.head), &fd, sizeof fd);
    return sendmsg(control, &message, MSG_NOSIGNAL) == (ssize_t)sizeof pid;
}

static pid_t fork_net(const struct keeper_options *options, int control)
{
    int pair[2];
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return -1;
    pid = fork();
    if (pid == 0)
        be_net_process(options, pair[1]);
    (void)close(pair[1]);
    if (pid > 0 && !hand_over(control, pair[0], pid))
        leave(0);
    (void)close(pair[0]);
    return pid;
}

static int wait_for(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

static _Noreturn void be_keeper(const struct keeper_options *options, int control)
{
    char asked;

    (void)prctl(PR_SET_NAME, "casewired-keep", 0, 0, 0);
    (void)signal(SIGTERM, SIG_IGN);
    (void)signal(SIGINT, SIG_IGN);
    (void)signal(SIGHUP, SIG_IGN);
    (void)signal(SIGCHLD, SIG_DFL);
    (void)jail_close_descriptors(control);
    while (read_all(control, &asked, 1) == 1) {
        pid_t pid = fork_net(options, control);
        int status = pid < 0 ? 0 : wait_for(pid);

        if (pid < 0 || send(control, &status, sizeof status, MSG_NOSIGNAL) != (ssize_t)sizeof status)
            break;
    }
    leave(0);
}

/* --- in the core ---------------------------------------------------------------------------------------- */

enum cw_err keeper_start(const struct keeper_options *options, struct keeper *out)
{
    int pair[2];
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return CW_LOCAL_IO;
    pid = fork();
    if (pid == 0) {
        (void)close(pair[0]);
        be_keeper(options, pair[1]);
    }
    (void)close(pair[1]);
    if (pid < 0) {
        (void)close(pair[0]);
        return CW_LOCAL_MEMORY;
    }
    *out = (struct keeper){pid, pair[0]};
    return CW_OK;
}

enum cw_err keeper_ask(struct keeper *k, int *out_fd, pid_t *out_pid)
{
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(sizeof(int))];
    } space = {.bytes = {0}};
    pid_t pid = 0;
    struct iovec io = {&pid, sizeof pid};
    struct msghdr message = {
        .msg_iov = &io, .msg_iovlen = 1, .msg_control = space.bytes, .msg_controllen = sizeof space.bytes};
    ssize_t n;

    if (send(k->fd, "1", 1, MSG_NOSIGNAL) != 1)
        return CW_LOCAL_IO;
    do {
        n = recvmsg(k->fd, &message, MSG_CMSG_CLOEXEC);
    } while (n < 0 && errno == EINTR);
    if (n != (ssize_t)sizeof pid || message.msg_controllen < CMSG_LEN(sizeof(int)) ||
        space.head.cmsg_type != SCM_RIGHTS)
        return CW_LOCAL_IO;
    memcpy(out_fd, CMSG_DATA(&space.head), sizeof *out_fd);
    *out_pid = pid;
    return CW_OK;
}

bool keeper_heard(struct keeper *k, int *out_status)
{
    return read_all(k->fd, out_status, sizeof *out_status) == (ssize_t)sizeof *out_status;
}

void keeper_stop(struct keeper *k)
{
    if (k->pid <= 0)
        return;
    (void)close(k->fd);
    (void)wait_for(k->pid);
    *k = (struct keeper){0, -1};
}
