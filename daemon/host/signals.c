/* SPDX-License-Identifier: Apache-2.0 */
#include "host/signals.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

static void our_signals(sigset_t *out)
{
    (void)sigemptyset(out);
    (void)sigaddset(out, SIGTERM);
    (void)sigaddset(out, SIGINT);
    (void)sigaddset(out, SIGHUP);
}

enum cw_err signals_open(int *out_fd)
{
    sigset_t set;
    int fd;

    our_signals(&set);
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || signal(SIGXFSZ, SIG_IGN) == SIG_ERR)
        return CW_LOCAL_IO;
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
        return CW_LOCAL_IO;
    fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        return CW_LOCAL_IO;
    *out_fd = fd;
    return CW_OK;
}

enum signal_word signals_read(int fd)
{
    struct signalfd_siginfo info;

    if (read(fd, &info, sizeof info) != (ssize_t)sizeof info)
        return SIGNAL_NONE;
    return info.ssi_signo == SIGHUP ? SIGNAL_RELOAD : SIGNAL_STOP;
}

void signals_restore(void)
{
    sigset_t set;

    our_signals(&set);
    (void)pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)signal(SIGXFSZ, SIG_DFL);
}
