/* SPDX-License-Identifier: Apache-2.0 */
#include "net/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DESCRIPTORS_MAX \
    16384 /* CONN_FD_MAX for connections and libzmq, and above it each connection once more (conn_probe) */
#define THREAD_STACK_LEN ((size_t)1 << 20) /* libzmq's threads; the default of 8 MiB would eat the allowance */
#define NOBODY 65534

/* A sanitizer's runtime and a coverage report need memory and system calls of their own. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(CW_COVERAGE)
#define JAIL_INSTRUMENTED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define JAIL_INSTRUMENTED 1
#endif
#endif
#ifndef JAIL_INSTRUMENTED
#define JAIL_INSTRUMENTED 0
#endif

bool jail_close_descriptors(int keep)
{
    return (keep == 3 || close_range(3, (unsigned)keep - 1, 0) == 0) && close_range((unsigned)keep + 1, ~0U, 0) == 0;
}

/* Who stops us is the core, by closing its end: a SIGTERM for the whole group is its to answer. */
static void ignore_signals(void)
{
    static const int ignored[] = {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGUSR1, SIGUSR2};

    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
        (void)signal(ignored[i], SIG_IGN);
}

static bool set_limit(__rlimit_resource_t what, rlim_t value)
{
    struct rlimit limit;

    if (getrlimit(what, &limit) != 0)
        return false;
    if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < value)
        value = limit.rlim_max;
    limit = (struct rlimit){value, value};
    return setrlimit(what, &limit) == 0;
}

static bool limit_resources(size_t memory_max)
{
    pthread_attr_t attributes;

    if (pthread_attr_init(&attributes) != 0 || pthread_attr_setstacksize(&attributes, THREAD_STACK_LEN) != 0 ||
        pthread_setattr_default_np(&attributes) != 0)
        return false;
    return set_limit(RLIMIT_NOFILE, DESCRIPTORS_MAX) && set_limit(RLIMIT_CORE, 0) &&
           (JAIL_INSTRUMENTED || memory_max == 0 || set_limit(RLIMIT_DATA, memory_max));
}

/* A service manager may have taken them all, and the call to give them up as well. */
static bool drop_capabilities(void)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {{0}, {0}}, ours[2] = {{0}, {0}};

    if (syscall(SYS_capset, &head, none) == 0)
        return true;
    return syscall(SYS_capget, &head, ours) == 0 && memcmp(ours, none, sizeof ours) == 0;
}

/* Inside a user namespace, or without privileges, there is less to give up: what is refused was not ours. */
static bool drop_user(void)
{
    if (geteuid() == 0 && !JAIL_INSTRUMENTED) {
        if (setgroups(0, NULL) != 0 && errno != EPERM)
            return false;
        if ((setresgid(NOBODY, NOBODY, NOBODY) != 0 || setresuid(NOBODY, NOBODY, NOBODY) != 0) && errno != EPERM &&
            errno != EINVAL)
            return false;
    }
    return drop_capabilities() && prctl(PR_SET_DUMPABLE, 0) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

/* --- system calls --------------------------------------------------------------------------------------- */

/*
 * What libzmq, libsodium, the resolver and the C library use after start. A missing one is answered with
 * EPERM: libzmq would abort on some, and the new process says so in the journal.
 */
static const int allowed_calls[] = {
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(access),
    SCMP_SYS(bind),
    SCMP_SYS(brk),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(close),
    SCMP_SYS(connect),
    SCMP_SYS(dup),
    SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_create),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(eventfd2),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(fcntl),
    SCMP_SYS(fstat),
    SCMP_SYS(futex),
    SCMP_SYS(getcpu),
    SCMP_SYS(getegid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getpeername),
    SCMP_SYS(getpid),
    SCMP_SYS(getppid),
    SCMP_SYS(getrandom),
    SCMP_SYS(getrlimit),
    SCMP_SYS(getsockname),
    SCMP_SYS(getsockopt),
    SCMP_SYS(gettid),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getuid),
    SCMP_SYS(ioctl),
    SCMP_SYS(listen),
    SCMP_SYS(lseek),
    SCMP_SYS(madvise),
    SCMP_SYS(membarrier),
    SCMP_SYS(mmap),
    SCMP_SYS(mprotect),
    SCMP_SYS(mremap),
    SCMP_SYS(munmap),
    SCMP_SYS(nanosleep),
    SCMP_SYS(newfstatat),
    SCMP_SYS(pipe2),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(pread64),
    SCMP_SYS(prctl),
    SCMP_SYS(prlimit64),
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmmsg),
    SCMP_SYS(recvmsg),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rseq),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_getparam),
    SCMP_SYS(sched_getscheduler),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sendmmsg),
    SCMP_SYS(sendmsg),
    SCMP_SYS(sendto),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(setsockopt),
    SCMP_SYS(shutdown),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(socketpair),
    SCMP_SYS(stat),
    SCMP_SYS(statx),
    SCMP_SYS(sysinfo),
    SCMP_SYS(tgkill),
    SCMP_SYS(uname),
    SCMP_SYS(write),
    SCMP_SYS(writev),
};

static bool allow_call(scmp_filter_ctx filter, int call)
{
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) == 0;
}

static bool allow_family(scmp_filter_ctx filter, int family)
{
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
                            SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)family, 0)) == 0;
}

/* AF_NETLINK: zmq_bind calls getifaddrs() and aborts without it. AF_UNIX: the resolver. */
static bool allow_families(scmp_filter_ctx filter)
{
    return allow_family(filter, AF_INET) && allow_family(filter, AF_INET6) && allow_family(filter, AF_NETLINK) &&
           allow_family(filter, AF_UNIX);
}

/* Files are read by the resolver; none is written. */
static bool allow_reading(scmp_filter_ctx filter)
{
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY)) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(open), 1,
                            SCMP_A1(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY)) == 0;
}

/* Threads, but no processes. clone3 hides its flags behind a pointer; without it the C library uses clone. */
static bool allow_threads(scmp_filter_ctx filter)
{
    return seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                            SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)) == 0 &&
           /* libzmq sets a policy for each thread and aborts on an error: "done", without doing it */
           seccomp_rule_add(filter, SCMP_ACT_ERRNO(0), SCMP_SYS(sched_setscheduler), 0) == 0;
}

/* Its own thread alone: the loop steps back behind libzmq's threads. */
static bool allow_stepping_back(scmp_filter_ctx filter)
{
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(setpriority), 2, SCMP_A0(SCMP_CMP_EQ, PRIO_PROCESS, 0),
                            SCMP_A1(SCMP_CMP_EQ, 0, 0)) == 0;
}

static bool filter_calls(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    bool ok = filter != NULL;

    for (size_t i = 0; ok && i < sizeof allowed_calls / sizeof allowed_calls[0]; i++)
        ok = allow_call(filter, allowed_calls[i]);
    ok = ok && allow_families(filter) && allow_reading(filter) && allow_threads(filter) &&
         allow_stepping_back(filter) && seccomp_load(filter) == 0;
    seccomp_release(filter);
    return ok;
}

bool jail_enter(const struct jail_options *options, const char **why)
{
    ignore_signals();
    *why = "descriptors cannot be closed";
    if (!jail_close_descriptors(options->keep_fd))
        return false;
    *why = "limits cannot be set";
    if (!limit_resources(options->memory_max))
        return false;
    *why = "privileges cannot be dropped";
    if (!drop_user())
        return false;
    *why = "system calls cannot be filtered";
    return JAIL_INSTRUMENTED || filter_calls();
}
