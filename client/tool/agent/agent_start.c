/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fresh process for the agent: this program, executed anew, so that nothing of the one that asked for the
 * passphrase is in its memory. It reads its order from a pipe, opens the keys itself, and answers on another.
 *
 *   order   milliseconds(8, be) ‖ three times: length(4, be), bytes - certificate, key file, passphrase
 *   answer  code(2, be) ‖ the fault's place, NUL ‖ its sentence, NUL
 */
#include "tool/agent.h"

#include "lib/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ORDER_LEN_MAX (8 + 3 * 4 + CERT_LEN_MAX + KEYFILE_LEN_MAX + PASSPHRASE_LEN_MAX)
#define ANSWER_LEN_MAX (2 + sizeof(struct cw_fault))

/* --- moving bytes through a pipe --------------------------------------------------------------------------- */

static bool put_all(int fd, const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        ssize_t put = write(fd, bytes, len);

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        bytes += put;
        len -= (size_t)put;
    }
    return true;
}

/* Until the other end closes; what does not fit is an error. */
static bool get_all(int fd, uint8_t *bytes, size_t cap, size_t *out_len)
{
    size_t len = 0;

    for (;;) {
        ssize_t got = read(fd, bytes + len, cap - len);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 || (got > 0 && len + (size_t)got == cap))
            return false;
        if (got == 0)
            break;
        len += (size_t)got;
    }
    *out_len = len;
    return true;
}

/* --- the order --------------------------------------------------------------------------------------------- */

static void put_part(struct writer *w, struct cw_slice part)
{
    writer_be32(w, (uint32_t)part.len);
    writer_slice(w, part);
}

static struct cw_slice get_part(struct reader *in, size_t max)
{
    uint32_t len = reader_be32(in);

    if (len > max)
        in->failed = true;
    return reader_slice(in, in->failed ? 0 : len);
}

static bool order_parse(struct cw_slice bytes, struct agent_order *out)
{
    struct reader in = reader_over(bytes);
    uint64_t hold = reader_be64(&in);

    out->hold_ms = hold <= (uint64_t)AGENT_HOLD_MS_MAX ? (int64_t)hold : 0;
    out->certificate = get_part(&in, CERT_LEN_MAX);
    out->key_file = get_part(&in, KEYFILE_LEN_MAX);
    out->passphrase = get_part(&in, PASSPHRASE_LEN_MAX);
    return reader_finish(&in) == CW_OK;
}

/* --- the agent's side --------------------------------------------------------------------------------------- */

/* Other processes of the same user cannot read or trace us, no crash writes the key to a file, no terminal ends us. */
static bool withdraw(void)
{
    const struct rlimit none = {0, 0};

    setsid();
    umask(0077);
    close_range(3, ~0U, 0); /* what the caller left open would stay open for a shift */
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           setrlimit(RLIMIT_CORE, &none) == 0 && chdir("/") == 0;
}

static void tell(const struct cw_fault *fault)
{
    uint8_t bytes[ANSWER_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof(bytes));
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    writer_be16(&w, (uint16_t)fault->code);
    writer_bytes(&w, fault->where, strlen(fault->where) + 1);
    writer_bytes(&w, fault->text, strlen(fault->text) + 1);
    (void)!put_all(STDOUT_FILENO, bytes, w.len);
    for (int fd = 0; fd <= 2 && null >= 0; fd++)
        (void)!dup2(null, fd);
    if (null > 2)
        close(null);
}

/* Reads the order into locked memory, opens the keys, and gives that memory back before anything is served. */
static enum cw_err open_ordered(struct agent *out, struct cw_fault *fault)
{
    uint8_t *bytes = sodium_malloc(ORDER_LEN_MAX + 1);
    struct agent_order order = {.hold_ms = 0};
    size_t len;
    enum cw_err err;

    if (bytes == NULL || sodium_mlock(bytes, ORDER_LEN_MAX + 1) != 0)
        err = fault_set(fault, CW_LOCAL_MEMORY, "memory", "no memory can be locked here: raise the limit (ulimit -l)");
    else if (!get_all(STDIN_FILENO, bytes, ORDER_LEN_MAX + 1, &len) || !order_parse(slice(bytes, len), &order))
        err = fault_set(fault, CW_USAGE_ARGUMENT, "order", "the agent is started by casewire login only");
    else
        err = agent_open(&order, agent_now(), out, fault);
    if (err == CW_OK) /* stretching a passphrase takes a second: the officer's time begins now */
        out->deadline = mono_after(agent_now(), order.hold_ms);
    sodium_free(bytes);
    return err;
}

enum cw_err agent_main(void)
{
    struct agent_seat seat = {.owner = geteuid()};
    struct cw_fault fault = {0};
    struct agent a = {0};
    enum cw_err err =
        withdraw() && crypto_init() ? CW_OK : fault_set(&fault, CW_LOCAL_IO, "agent", "it cannot withdraw");

    if (err == CW_OK)
        err = open_ordered(&a, &fault);
    if (err == CW_OK)
        err = agent_seat_take(&seat, &a.id, &fault);
    fault.code = err;
    tell(&fault);
    if (err == CW_OK) {
        agent_serve(&a, &seat);
        agent_seat_leave(&seat);
    }
    agent_close(&a);
    return err;
}

/* --- the other side ----------------------------------------------------------------------------------------- */

_Noreturn static void become(int in, int out)
{
    char program[] = "casewire", noun[] = "agent";
    char *arguments[] = {program, noun, NULL};

    if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0)
        execv("/proc/self/exe", arguments);
    _exit(127);
}

static bool send_order(int fd, const struct agent_order *order)
{
    uint8_t *bytes = sodium_malloc(ORDER_LEN_MAX);
    struct writer w = writer_over(bytes, ORDER_LEN_MAX);
    bool sent = false;

    if (bytes == NULL)
        return false;
    writer_be64(&w, (uint64_t)order->hold_ms);
    put_part(&w, order->certificate);
    put_part(&w, order->key_file);
    put_part(&w, order->passphrase);
    sent = !w.failed && put_all(fd, bytes, w.len);
    sodium_free(bytes);
    return sent;
}

/* "where NUL text NUL", clean; anything else is an agent that ended before it could say why. */
static enum cw_err read_answer(int fd, struct cw_fault *fault)
{
    uint8_t bytes[ANSWER_LEN_MAX + 1];
    size_t len = 0;
    struct reader in;
    enum cw_err code;
    const char *where, *text;

    if (!get_all(fd, bytes, sizeof(bytes), &len) || len < 4 || bytes[len - 1] != '\0')
        return fault_set(fault, CW_LOCAL_IO, "agent", "it ended before it was ready");
    in = reader_over(slice(bytes, len));
    code = (enum cw_err)reader_be16(&in);
    where = (const char *)bytes + 2;
    text = where + strlen(where) + 1 < (const char *)bytes + len ? where + strlen(where) + 1 : "";
    return code == CW_OK ? CW_OK : fault_set(fault, code, where, "%s", text);
}

static enum cw_err speak(int order_fd, int answer_fd, const struct agent_order *order, struct cw_fault *fault)
{
    void (*before)(int) = signal(SIGPIPE, SIG_IGN); /* an agent that ended at once is an answer, not our end */
    bool sent = send_order(order_fd, order);

    close(order_fd);
    signal(SIGPIPE, before);
    return sent ? read_answer(answer_fd, fault) : fault_set(fault, CW_LOCAL_IO, "agent", "it took no order");
}

enum cw_err agent_start(const struct agent_order *order, struct cw_fault *fault)
{
    int down[2], up[2];
    enum cw_err err;
    pid_t pid;

    if (!crypto_init())
        return fault_plain(fault, CW_LOCAL_SELF_TEST, "libsodium");
    if (pipe2(down, O_CLOEXEC) != 0)
        return fault_plain(fault, CW_LOCAL_IO, "agent");
    if (pipe2(up, O_CLOEXEC) != 0) {
        close(down[0]);
        close(down[1]);
        return fault_plain(fault, CW_LOCAL_IO, "agent");
    }
    fflush(NULL);
    pid = fork();
    if (pid == 0)
        become(down[0], up[1]);
    close(down[0]);
    close(up[1]);
    if (pid < 0) {
        close(down[1]);
        err = fault_set(fault, CW_LOCAL_IO, "agent", "no process could be made");
    } else {
        err = speak(down[1], up[0], order, fault);
    }
    close(up[0]);
    if (pid > 0 && err != CW_OK)
        waitpid(pid, NULL, 0); /* one that serves is left to init */
    return err;
}
