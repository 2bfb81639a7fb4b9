/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/agent.h"

#include "lib/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

void agent_name_of(const struct cert_id *cert, char out[static AGENT_NAME_LEN_MAX])
{
    char hex[2 * 8 + 1];

    hex_of(slice(cert->b, 8), hex);
    snprintf(out, AGENT_NAME_LEN_MAX, "agent-%s.sock", hex);
}

void agent_path_of(int folder, const char *name, char out[static AGENT_PATH_LEN_MAX])
{
    snprintf(out, AGENT_PATH_LEN_MAX, "/proc/self/fd/%d/%s", folder, name);
}

/* --- the folder ----------------------------------------------------------------------------------------- */

static bool folder_path(const char *run_dir, char *out, size_t cap)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    int len;

    if (run_dir != NULL)
        len = snprintf(out, cap, "%s", run_dir);
    else if (runtime != NULL && runtime[0] == '/')
        len = snprintf(out, cap, "%s/%s", runtime, AGENT_FOLDER);
    else
        return false;
    return len > 0 && (size_t)len < cap;
}

static bool is_private(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() && (st.st_mode & 077) == 0;
}

enum cw_err agent_folder_open(const char *run_dir, bool make, int *out_fd, struct cw_fault *fault)
{
    char path[PATH_MAX];
    int fd;

    if (!folder_path(run_dir, path, sizeof(path)))
        return fault_set(fault, CW_LOCAL_NOT_FOUND, "XDG_RUNTIME_DIR",
                         "it names no folder: there is no place for a socket");
    if (make && mkdir(path, 0700) != 0 && errno != EEXIST)
        return fault_set(fault, CW_LOCAL_IO, path, "the folder cannot be made");
    fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return fault_set(fault, errno == ENOENT ? CW_LOCAL_NOT_FOUND : CW_LOCAL_KEY, path,
                         errno == ENOENT ? "nobody is logged in here" : "it is not a folder of yours");
    if (!is_private(fd)) {
        close(fd);
        return fault_set(fault, CW_LOCAL_KEY, path, "the folder is not yours, or others may open it: chmod 700");
    }
    *out_fd = fd;
    return CW_OK;
}

/* --- one request, one answer ---------------------------------------------------------------------------- */

static bool is_own(int fd)
{
    struct ucred peer;
    socklen_t len = sizeof(peer);

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.uid == geteuid();
}

static enum cw_err connect_to(int folder, const char *name, int *out_fd)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    const struct timeval wait = {.tv_sec = AGENT_WAIT_MS / 1000, .tv_usec = (suseconds_t)(AGENT_WAIT_MS % 1000) * 1000};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    enum cw_err err = CW_OK;

    _Static_assert(sizeof(to.sun_path) >= AGENT_PATH_LEN_MAX, "fits");
    if (fd < 0)
        return CW_LOCAL_IO;
    agent_path_of(folder, name, to.sun_path);
    if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) != 0)
        err = CW_LOCAL_IO;
    else if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0)
        err = errno == ENOENT || errno == ECONNREFUSED ? CW_LOCAL_NOT_FOUND : CW_LOCAL_KEY;
    else if (!is_own(fd))
        err = CW_LOCAL_KEY;
    if (err != CW_OK) {
        close(fd);
        return err;
    }
    *out_fd = fd;
    return CW_OK;
}

/* One packet into bytes of cap; 0 when there is none, or it is longer. */
static size_t receive(int fd, void *bytes, size_t cap)
{
    ssize_t got;

    do
        got = recv(fd, bytes, cap, MSG_TRUNC);
    while (got < 0 && errno == EINTR);
    return got > 0 && (size_t)got <= cap ? (size_t)got : 0;
}

enum cw_err agent_ask(int folder, const char *name, const struct agent_request *request,
                      uint8_t packet[static AGENT_ANSWER_LEN_MAX], struct cw_slice *out_body)
{
    uint8_t bytes[AGENT_REQUEST_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof(bytes));
    size_t len = 0;
    int fd;
    enum cw_err err;

    agent_request_encode(request, &w);
    if (w.failed)
        return CW_REFUSED_SIZE;
    err = connect_to(folder, name, &fd);
    if (err != CW_OK)
        return err;
    if (send(fd, bytes, w.len, MSG_NOSIGNAL) == (ssize_t)w.len)
        len = receive(fd, packet, AGENT_ANSWER_LEN_MAX);
    close(fd);
    return agent_answer_parse(slice(packet, len), out_body);
}

enum cw_err agent_greet(int folder, const char *name, struct agent_hello *out)
{
    uint8_t packet[AGENT_ANSWER_LEN_MAX];
    struct cw_slice body;
    enum cw_err err = agent_ask(folder, name, &(struct agent_request){.op = AGENT_HELLO}, packet, &body);

    return err == CW_OK ? agent_hello_parse(body, out) : err;
}
