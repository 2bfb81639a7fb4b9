/* SPDX-License-Identifier: Apache-2.0 */
/* A host's key that lies on its disk encrypted under one of the machine's: systemd-creds does that, and alone undoes it. */
#include "tool/enrol.h"

#include "lib/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define CREDS "systemd-creds"
#define CREDENTIAL_LEN_MAX 8192
#define SAID_LEN_MAX 120
#define DROP_IN_LEN_MAX (size_t)4096

/* --- the program ------------------------------------------------------------------------------------------- */

/* Files without a name, in memory: what goes in, what comes out, and what it complains of. */
struct talk {
    int in, out, said;
};

static int open_unnamed(const char *name, struct cw_slice bytes)
{
    int fd = memfd_create(name, MFD_CLOEXEC);

    if (fd < 0 || bytes.len == 0 || pwrite(fd, bytes.data, bytes.len, 0) == (ssize_t)bytes.len)
        return fd;
    close(fd);
    return -1;
}

/* One of in and out is a secret in clear. */
static void close_wiped(int fd)
{
    static const uint8_t zeros[CREDENTIAL_LEN_MAX];
    off_t len = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);

    for (off_t at = 0; at < len; at += (off_t)sizeof(zeros))
        if (pwrite(fd, zeros, sizeof(zeros), at) < 0)
            break;
    if (fd >= 0)
        close(fd);
}

static int spawn(const struct talk *talk, const char *verb, int *out_status)
{
    char program[] = CREDS, order[16], name[] = "--name=key", from[] = "-", to[] = "-";
    char *arguments[] = {program, order, name, from, to, NULL};
    posix_spawn_file_actions_t files;
    pid_t pid;
    int failed;

    snprintf(order, sizeof(order), "%s", verb);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, talk->in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, talk->out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, talk->said, STDERR_FILENO);
    failed = posix_spawnp(&pid, CREDS, &files, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&files);
    if (failed == 0)
        while (waitpid(pid, out_status, 0) < 0 && errno == EINTR)
            continue;
    return failed;
}

/* The last line that it said, without its end. */
static void last_line(int fd, char out[static SAID_LEN_MAX])
{
    char text[1024] = "";
    ssize_t len = pread(fd, text, sizeof(text) - 1, 0);
    const char *line;

    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == ' '))
        text[--len] = '\0';
    line = strrchr(text, '\n');
    snprintf(out, SAID_LEN_MAX, "%.*s", SAID_LEN_MAX - 1, line != NULL ? line + 1 : text);
}

static enum cw_err read_back(int fd, struct buf *out)
{
    uint8_t bytes[CREDENTIAL_LEN_MAX];
    ssize_t len = pread(fd, bytes, sizeof(bytes), 0);
    enum cw_err err = len > 0 && len < (ssize_t)sizeof(bytes) ? buf_add(out, slice(bytes, (size_t)len)) : CW_LOCAL_IO;

    wipe(bytes, sizeof(bytes));
    return err;
}

static enum cw_err run(const struct talk *talk, const char *verb, struct buf *out, struct cw_fault *fault)
{
    char said[SAID_LEN_MAX];
    int status = 0, failed;

    if (talk->in < 0 || talk->out < 0 || talk->said < 0)
        return fault_set(fault, CW_LOCAL_IO, CREDS, "no memory for what it is given: %s", strerror(errno));
    failed = spawn(talk, verb, &status);
    if (failed != 0)
        return fault_set(fault, CW_LOCAL_NOT_FOUND, CREDS, "it cannot be run: %s", strerror(failed));
    last_line(talk->said, said);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || read_back(talk->out, out) != CW_OK)
        return fault_set(fault, CW_LOCAL_KEY, CREDS, "it does not %s: %s", verb,
                         said[0] != '\0' ? said : "it says nothing of why");
    return CW_OK;
}

static enum cw_err ask_creds(const char *verb, struct cw_slice in, struct buf *out, struct cw_fault *fault)
{
    struct talk talk = {open_unnamed("in", in), open_unnamed("out", slice(NULL, 0)),
                        open_unnamed("said", slice(NULL, 0))};
    enum cw_err err = run(&talk, verb, out, fault);

    close_wiped(talk.in);
    close_wiped(talk.out);
    close_wiped(talk.said);
    return err;
}

/* --- the host's files ---------------------------------------------------------------------------------------- */

static bool drop_in_path(const struct host *host, const char *name, char out[static PATH_LEN_MAX])
{
    return path_join(out, host->units, "casewired@%s.service.d%s", host->title, name);
}

/* What docs/operations.md has for a key that was in clear before. */
static bool drop_in_text(const struct host *host, char *out, size_t cap)
{
    const char *dir = host->settings;

    return (size_t)snprintf(out, cap,
                            "[Service]\nLoadCredential=\nLoadCredential=certificate:%s/cert\n"
                            "LoadCredential=network_genesis:%s/network\nLoadCredentialEncrypted=key:%s/" HOST_KEY_CRED
                            "\n",
                            dir, dir, dir) < cap;
}

static enum cw_err write_drop_in(const struct host *host, struct cw_fault *fault)
{
    char folder[PATH_LEN_MAX], path[PATH_LEN_MAX], text[DROP_IN_LEN_MAX];
    enum cw_err err = drop_in_path(host, "", folder) && drop_in_path(host, "/key.conf", path) &&
                              drop_in_text(host, text, sizeof(text))
                          ? folder_make(folder, 0755)
                          : CW_REFUSED_SIZE;

    if (err == CW_OK)
        err = file_write(path, slice_of(text), 0644);
    return err == CW_OK
               ? CW_OK
               : fault_set(fault, err, "key.conf", "the unit's drop-in cannot be written: %s", strerror(errno));
}

static enum cw_err encrypt_keys(const struct key_bundle *keys, struct buf *out, struct cw_fault *fault)
{
    uint8_t bytes[KEYFILE_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof(bytes));
    enum cw_err err = keyfile_seal(keys, slice(NULL, 0), KEYFILE_COST_LAB, &w);

    err = err == CW_OK && !w.failed ? ask_creds("encrypt", slice(bytes, w.len), out, fault)
                                    : fault_plain(fault, CW_REFUSED_SIZE, "key");
    wipe(bytes, sizeof(bytes));
    return err;
}

static enum cw_err judge_key(const char *name, enum cw_err err, struct cw_fault *fault)
{
    if (err == CW_OK)
        return CW_OK;
    if (err == CW_REFUSED_REUSED_ID)
        return fault_set(fault, CW_USAGE_ORDER, name, "there is a key already: it is never overwritten");
    return fault_set(fault, CW_LOCAL_IO, name, "the file cannot be written: %s", strerror(errno));
}

/* The key last, as where it is in clear: with it there, the same command is refused. */
static enum cw_err write_encrypted(const struct host *host, const struct key_bundle *keys, struct cw_fault *fault)
{
    char path[PATH_LEN_MAX];
    struct buf credential = {0};
    enum cw_err err = encrypt_keys(keys, &credential, fault);

    if (err == CW_OK)
        err = write_drop_in(host, fault);
    if (err == CW_OK)
        err = judge_key(HOST_KEY_CRED,
                        path_join(path, host->settings, HOST_KEY_CRED)
                            ? file_write_new(path, buf_slice(&credential), 0600)
                            : CW_REFUSED_SIZE,
                        fault);
    buf_done(&credential);
    return err;
}

enum cw_err host_write_keys(const struct host *host, const struct key_bundle *keys, struct cw_fault *fault)
{
    char path[PATH_LEN_MAX];

    if (host->encrypt)
        return write_encrypted(host, keys, fault);
    return judge_key("key",
                     path_join(path, host->settings, "key") ? authority_write_new_key(path, keys, slice(NULL, 0))
                                                            : CW_REFUSED_SIZE,
                     fault);
}

enum cw_err host_decrypt_keys(const struct host *host, struct buf *out, struct cw_fault *fault)
{
    char path[PATH_LEN_MAX];
    struct buf credential = {0};
    enum cw_err err = path_join(path, host->settings, HOST_KEY_CRED) ? file_read(path, CREDENTIAL_LEN_MAX, &credential)
                                                                     : CW_LOCAL_NOT_FOUND;

    if (err == CW_OK)
        err = ask_creds("decrypt", buf_slice(&credential), out, fault);
    buf_done(&credential);
    return err;
}

/* --- before anything is made --------------------------------------------------------------------------------- */

static bool is_in_the_way(const char *path, const char *text)
{
    struct buf bytes = {0};
    bool differs = file_exists(path) &&
                   (file_read(path, DROP_IN_LEN_MAX, &bytes) != CW_OK || !slice_eq(buf_slice(&bytes), slice_of(text)));

    buf_done(&bytes);
    return differs;
}

enum exit_code host_check_encrypt(const struct cli *cli, const struct host *host)
{
    static const char what[] = "nothing was made: the keys cannot be encrypted";
    char path[PATH_LEN_MAX], text[DROP_IN_LEN_MAX];
    struct cw_fault fault = {0};
    struct buf tried = {0};
    enum cw_err err;

    if (!host_is_units(host))
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){what, host->settings,
                                          "only the service manager opens such a key, for the unit, and these are not "
                                          "the unit's folders",
                                          "the same command without --settings-dir, --state-dir and --run-dir"});
    if (!drop_in_path(host, "/key.conf", path) || !drop_in_text(host, text, sizeof(text)) || is_in_the_way(path, text))
        return complain(cli, EXIT_CONFLICT,
                        &(struct trouble){what, path, "the unit has another drop-in there, which is never overwritten",
                                          "move it away, then the same command again"});
    err = ask_creds("encrypt", slice_of("a try"), &tried, &fault);
    buf_done(&tried);
    if (err == CW_OK)
        return EXIT_DONE;
    return complain(cli, EXIT_FAILED,
                    &(struct trouble){what, CREDS, fault.text,
                                      err == CW_LOCAL_NOT_FOUND
                                          ? "apt-get install systemd, or the same command without --encrypt-keys"
                                          : "the same command as root, or without --encrypt-keys"});
}
