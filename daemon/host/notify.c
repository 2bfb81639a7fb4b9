/* SPDX-License-Identifier: Apache-2.0 */
#include "host/notify.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define STATUS_LEN_MAX 512

/* A name that begins with @ is in the kernel's own name space, where that byte is 0. */
static bool address_of(const char *path, struct sockaddr_un *out, socklen_t *out_len)
{
    size_t len = strlen(path);

    if ((path[0] != '/' && path[0] != '@') || len < 2 || len >= sizeof out->sun_path)
        return false;
    memset(out, 0, sizeof *out);
    out->sun_family = AF_UNIX;
    memcpy(out->sun_path, path, len);
    if (path[0] == '@')
        out->sun_path[0] = '\0';
    *out_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
    return true;
}

enum cw_err notify_send(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to;
    socklen_t to_len;
    ssize_t sent;
    int fd;

    if (path == NULL)
        return CW_OK;
    if (!address_of(path, &to, &to_len))
        return CW_LOCAL_CONFIG;
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return CW_LOCAL_IO;
    sent = sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&to, to_len);
    (void)close(fd);
    return sent == (ssize_t)strlen(state) ? CW_OK : CW_LOCAL_IO;
}

bool notify_is_heard(void)
{
    return getenv("NOTIFY_SOCKET") != NULL;
}

/* How long the character there is in UTF-8; 0: it is none, or not whole. */
static size_t character_len(const char *at)
{
    unsigned char c = (unsigned char)*at;
    size_t len = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;

    for (size_t i = 1; i < len; i++) {
        if (((unsigned char)at[i] & 0xc0) != 0x80)
            return 0;
    }
    return len;
}

/* A new line would begin another assignment, and a manager throws away the whole line for half a character. */
static void make_one_line(char *text)
{
    while (*text != '\0') {
        size_t len = character_len(text);

        if (len == 0)
            *text = '?';
        else if (*text == '\n')
            *text = ' ';
        text += len == 0 ? 1 : len;
    }
}

enum cw_err notify_status(const char *format, ...)
{
    char text[STATUS_LEN_MAX] = "STATUS=";
    size_t used = strlen(text);
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text + used, sizeof text - used, format, args);
    va_end(args);
    make_one_line(text);
    return notify_send(text);
}

enum cw_err notify_ready(void)
{
    return notify_send("READY=1");
}

enum cw_err notify_stopping(void)
{
    return notify_send("STOPPING=1");
}

enum cw_err notify_alive(void)
{
    return notify_send("WATCHDOG=1");
}

enum cw_err notify_reloading(void)
{
    struct timespec now;
    char text[64];

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    (void)snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%lld",
                   (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    return notify_send(text);
}

static int64_t number_of(const char *name)
{
    const char *text = getenv(name);
    char *end = NULL;
    long long value;

    if (text == NULL || *text == '\0')
        return 0;
    errno = 0;
    value = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0' && value > 0 ? (int64_t)value : 0;
}

int64_t notify_interval_ms(void)
{
    int64_t pid = number_of("WATCHDOG_PID");

    if (pid != 0 && pid != (int64_t)getpid())
        return 0;
    return number_of("WATCHDOG_USEC") / 2000;
}
