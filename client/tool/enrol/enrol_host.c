/* SPDX-License-Identifier: Apache-2.0 */
/* The new host's side: where things are, keys and request, and the answer compared with what was asked for. */
#include "tool/enrol.h"

#include "lib/fault.h"
#include "lib/when.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAY_MS INT64_C(86400000)
#define BEFORE_MS INT64_C(3600000) /* clocks of a force differ by minutes */
#define PORT_DEFAULT 4700

/* --- places ----------------------------------------------------------------------------------------------- */

/* What stands in a settings file between quotes must mean itself there. */
static bool path_is_plain(const char *path)
{
    return path[0] == '/' && strpbrk(path, "\"\\$\n\r") == NULL;
}

static enum exit_code place(const struct cli *cli, const char *option, const char *fallback, const char *title,
                            char out[static PATH_LEN_MAX])
{
    const char *base = cli_value(cli, option);
    char whole[PATH_LEN_MAX], named[48];

    snprintf(named, sizeof(named), "--%s", option);
    if (base == NULL)
        base = fallback;
    else if (folder_make(base, 0755) != CW_OK || !path_absolute(base, whole))
        return complain(cli, EXIT_FAILED, &(struct trouble){"the folder cannot be made", base, strerror(errno), NULL});
    else
        base = whole;
    if (path_is_plain(base) && path_join(out, base, "%s", title))
        return EXIT_DONE;
    return complain(cli, EXIT_USAGE,
                    &(struct trouble){"this folder cannot stand in a settings file", named,
                                      "it is too long, or holds a quotation mark, a dollar sign or a backslash", NULL});
}

enum exit_code host_places(const struct cli *cli, const char *title, struct host *out)
{
    enum exit_code code;

    *out = (struct host){0};
    if (!enrol_title_ok(slice_of(title)))
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"a division's name was not understood", title,
                                          "small letters, digits and -, a letter first, at most 24: north", NULL});
    snprintf(out->title, sizeof(out->title), "%s", title);
    snprintf(out->units, sizeof(out->units), "%s", HOST_UNITS_DIR);
    code = place(cli, "settings-dir", HOST_SETTINGS_DIR, title, out->settings);
    if (code == EXIT_DONE)
        code = place(cli, "state-dir", HOST_STATE_DIR, title, out->state);
    return code == EXIT_DONE ? place(cli, "run-dir", HOST_RUN_DIR, title, out->run) : code;
}

static enum exit_code read_code(const struct cli *cli, struct host *out)
{
    const char *code = cli_value(cli, "division");

    if (code == NULL) {
        division_code_of(out->title, out->code);
        return EXIT_DONE;
    }
    if (code[0] != '\0' && strlen(code) <= DIVISION_LEN_MAX &&
        strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == strlen(code)) {
        snprintf(out->code, sizeof(out->code), "%s", code);
        return EXIT_DONE;
    }
    return complain(cli, EXIT_USAGE,
                    &(struct trouble){"a division's code was not understood", code,
                                      "capital letters and digits, at most 16: NTH", NULL});
}

static enum exit_code read_address(const struct cli *cli, struct host *out)
{
    const char *address = cli_value(cli, "address");
    char name[128] = "";

    if (address != NULL)
        snprintf(out->address, sizeof(out->address), "%s", address);
    else if (gethostname(name, sizeof(name) - 1) == 0)
        snprintf(out->address, sizeof(out->address), "tcp://%s:%d", name, PORT_DEFAULT);
    if (enrol_address_ok(slice_of(out->address)) && (address == NULL || strcmp(address, out->address) == 0))
        return EXIT_DONE;
    return complain(cli, EXIT_USAGE,
                    &(struct trouble){"the address was not understood", address != NULL ? address : out->address,
                                      "tcp://HOST:PORT, as other divisions reach this machine", NULL});
}

enum exit_code host_read(const struct cli *cli, const char *title, struct host *out)
{
    enum exit_code code = host_places(cli, title, out);

    if (code == EXIT_DONE)
        code = read_code(cli, out);
    return code == EXIT_DONE ? read_address(cli, out) : code;
}

/* Whatever the umask: the daemon, who is another user, reads its settings itself. */
enum cw_err host_make_folder(const struct host *host, struct cw_fault *fault)
{
    enum cw_err err = folder_make(host->settings, 0755);

    if (err == CW_OK && chmod(host->settings, 0755) != 0)
        err = CW_LOCAL_IO;
    return err == CW_OK ? CW_OK
                        : fault_set(fault, err, host->settings, "the folder cannot be made: %s", strerror(errno));
}

/* --- request ---------------------------------------------------------------------------------------------- */

static enum cw_err write_in(const struct host *host, const char *name, struct cw_slice bytes, struct cw_fault *fault)
{
    char path[PATH_LEN_MAX];
    enum cw_err err = path_join(path, host->settings, "%s", name) ? file_write(path, bytes, 0644) : CW_LOCAL_IO;

    return err == CW_OK ? CW_OK : fault_set(fault, err, path, "the file cannot be written: %s", strerror(errno));
}

static enum cw_err check_fresh(const struct host *host, struct cw_fault *fault)
{
    static const char *const names[] = {"key", HOST_KEY_CRED};
    char path[PATH_LEN_MAX];

    for (size_t i = 0; i < CW_COUNT(names); i++) {
        if (!path_join(path, host->settings, "%s", names[i]))
            return fault_plain(fault, CW_REFUSED_SIZE, host->settings);
        if (file_exists(path))
            return fault_set(fault, CW_USAGE_ORDER, path, "there is a key already: it is never overwritten");
    }
    return CW_OK;
}

/* The certificate that is there; *out borrows from the bytes. */
static enum cw_err read_certificate(const struct host *host, struct buf *bytes, struct certificate *out,
                                    struct cw_fault *fault)
{
    char path[PATH_LEN_MAX];
    enum cw_err err = path_join(path, host->settings, "cert") ? file_read(path, CERT_LEN_MAX, bytes) : CW_LOCAL_IO;

    if (err == CW_OK)
        err = certificate_parse(buf_slice(bytes), out);
    return err == CW_OK ? CW_OK : fault_set(fault, err, path, "there is no certificate to be renewed");
}

static void fill_certificate(const struct request_plan *plan, const struct joining *invitation,
                             const struct key_bundle *keys, struct certificate *out)
{
    *out = (struct certificate){.network = invitation->network,
                                .subject = SUBJECT_DAEMON,
                                .division = slice_of(plan->host->code),
                                .name = slice_of(plan->name),
                                .issuer = invitation->authority->id};
    random_bytes(out->serial, sizeof(out->serial));
    memcpy(out->sign_key, keys->sign_public, KEY_LEN);
    memcpy(out->seal_key, keys->seal_public, KEY_LEN);
    memcpy(out->curve_key, keys->curve_public, KEY_LEN);
    out->not_before.ms = when_now().ms - BEFORE_MS;
    out->not_after.ms = when_now().ms + plan->days * DAY_MS;
}

static enum cw_err make_request(const struct request_plan *plan, const struct joining *invitation,
                                const struct key_bundle *keys, struct buf *out)
{
    uint8_t cert_bytes[CERT_LEN_MAX], bytes[ENROL_LEN_MAX];
    struct writer c = writer_over(cert_bytes, sizeof(cert_bytes)), w = writer_over(bytes, sizeof(bytes));
    struct enrol_request request = {.title = slice_of(plan->host->title), .address = slice_of(plan->host->address)};
    struct certificate cert;

    fill_certificate(plan, invitation, keys, &cert);
    certificate_encode(&cert, &c);
    request.certificate = slice(cert_bytes, c.len);
    enrol_request_sign(&request, &invitation->network, &keys->sign, &w);
    return c.failed || w.failed ? CW_REFUSED_SIZE : buf_add(out, slice(bytes, w.len));
}

static enum cw_err check_plan(const struct request_plan *plan, struct cw_fault *fault)
{
    struct refusal refusal = {0};
    enum cw_err err = check_fresh(plan->host, fault);

    if (err == CW_OK && text_check(slice_of(plan->name), NAME_LEN_MAX, false, "--name", &refusal) != CW_OK)
        err = fault_of_refusal(fault, CW_REFUSED_TEXT, &refusal);
    return err == CW_OK ? host_make_folder(plan->host, fault) : err;
}

/* Of two commands at once, one makes request and key. */
static enum cw_err lock_folder(const struct host *host, int *out_fd, struct cw_fault *fault)
{
    int fd = open(host->settings, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0) {
        *out_fd = fd;
        return CW_OK;
    }
    if (fd >= 0 && errno == EWOULDBLOCK)
        (void)fault_set(fault, CW_AGAIN_BUSY, host->settings, "another process makes a request here");
    else
        (void)fault_set(fault, CW_LOCAL_IO, host->settings, "the folder cannot be locked: %s", strerror(errno));
    if (fd >= 0)
        close(fd);
    return fault->code;
}

static enum cw_err make_anew(const struct request_plan *plan, const struct joining *invitation, struct buf *out_request,
                             struct cw_fault *fault)
{
    struct key_bundle keys;
    enum cw_err err = check_fresh(plan->host, fault); /* as it is now */

    if (err != CW_OK)
        return err;
    key_bundle_new(&keys);
    err = make_request(plan, invitation, &keys, out_request);
    if (err != CW_OK)
        fault_plain(fault, err, "request");
    if (err == CW_OK)
        err = write_in(plan->host, "request", buf_slice(out_request), fault);
    /* Last: with the key there, the same command is refused, and what it was for is there too. */
    if (err == CW_OK)
        err = host_write_keys(plan->host, &keys, fault);
    key_bundle_wipe(&keys);
    return err;
}

static enum cw_err request_anew(const struct request_plan *plan, const struct joining *invitation,
                                struct buf *out_request, struct cw_fault *fault)
{
    enum cw_err err = check_plan(plan, fault);
    int lock = -1;

    if (err == CW_OK)
        err = lock_folder(plan->host, &lock, fault);
    if (err != CW_OK)
        return err;
    err = make_anew(plan, invitation, out_request, fault);
    close(lock);
    return err;
}

static enum cw_err request_for_same(const struct request_plan *plan, const struct joining *invitation,
                                    const struct certificate *before, struct buf *out_request, struct cw_fault *fault)
{
    struct key_bundle keys;
    enum cw_err err = host_read_keys(plan->host, &keys, fault);

    if (err != CW_OK)
        return err;
    err = host_compare_keys(&keys, before, "the certificate names", fault);
    if (err == CW_OK) {
        err = make_request(plan, invitation, &keys, out_request);
        if (err != CW_OK)
            fault_plain(fault, err, "request");
    }
    key_bundle_wipe(&keys);
    return err;
}

/* The holder is who the certificate says, whatever this host is called now. */
static enum cw_err request_renewal(const struct request_plan *plan, const struct joining *invitation,
                                   struct buf *out_request, struct cw_fault *fault)
{
    struct host host = *plan->host;
    struct request_plan same = *plan;
    char name[NAME_LEN_MAX + 1];
    struct certificate before = {0};
    struct buf bytes = {0};
    enum cw_err err = read_certificate(plan->host, &bytes, &before, fault);

    if (err == CW_OK) {
        snprintf(host.code, sizeof(host.code), "%.*s", (int)before.division.len, (const char *)before.division.data);
        snprintf(name, sizeof(name), "%.*s", (int)before.name.len, (const char *)before.name.data);
        same.host = &host;
        same.name = name;
        err = request_for_same(&same, invitation, &before, out_request, fault);
    }
    buf_done(&bytes);
    return err == CW_OK ? write_in(plan->host, "request", buf_slice(out_request), fault) : err;
}

enum cw_err host_request(const struct request_plan *plan, const struct joining *invitation, struct buf *out_request,
                         struct cw_fault *fault)
{
    return plan->renew ? request_renewal(plan, invitation, out_request, fault)
                       : request_anew(plan, invitation, out_request, fault);
}

/* --- answer ----------------------------------------------------------------------------------------------- */

static enum cw_err compare_request(struct host *host, const struct asking *asked, const struct joining *answer,
                                   struct cw_fault *fault)
{
    const struct join_member *member = &answer->join.member;

    if (!ID_EQ(&asked->cert.network, &answer->network))
        return fault_set(fault, CW_REFUSED_NETWORK, "answer", "it is of another network than was asked");
    if (!ID_EQ(&asked->cert.issuer, &answer->join.authority))
        return fault_set(fault, CW_REFUSED_AUTHOR, "answer", "another authority answers than was asked");
    if (!answer->join.has_member || !ID_EQ(&asked->id, &member->cert))
        return fault_set(fault, CW_REFUSED_AUTHOR, "answer", "it answers another request than this host's");
    if (!slice_eq(asked->request.title, member->title) || !slice_eq(asked->request.address, member->address))
        return fault_set(fault, CW_REFUSED_VALUE, "answer", "it names another name or address than was asked for");
    snprintf(host->code, sizeof(host->code), "%.*s", (int)asked->cert.division.len, asked->cert.division.data);
    snprintf(host->address, sizeof(host->address), "%.*s", (int)member->address.len, member->address.data);
    return CW_OK;
}

static enum cw_err compare_keys(const struct host *host, const struct certificate *cert, struct cw_fault *fault)
{
    struct key_bundle keys;
    enum cw_err err = host_read_keys(host, &keys, fault);

    if (err != CW_OK)
        return err;
    err = host_compare_keys(&keys, cert, "the request was made with", fault);
    key_bundle_wipe(&keys);
    return err;
}

enum cw_err host_compare(struct host *host, const struct joining *answer, struct cw_fault *fault)
{
    struct asking asked;
    char path[PATH_LEN_MAX];
    enum cw_err err;

    if (!path_join(path, host->settings, "request") || !file_exists(path))
        return fault_set(fault, CW_LOCAL_NOT_FOUND, host->settings, "no request of this name was made on this host");
    err = asking_open(path, &asked, fault);
    if (err != CW_OK)
        return err;
    err = compare_request(host, &asked, answer, fault);
    if (err == CW_OK)
        err = compare_keys(host, &asked.cert, fault);
    asking_done(&asked);
    return err;
}

bool host_is_renewed(const struct host *host, const struct joining *answer)
{
    const struct trust_cert *cert = joining_cert(answer, &answer->join.member);
    struct certificate before;
    struct buf bytes = {0};
    struct cert_id id;
    bool renewed = false;

    if (read_certificate(host, &bytes, &before, NULL) == CW_OK) {
        cert_id_of(buf_slice(&bytes), &id);
        renewed = !ID_EQ(&id, &cert->id) && certificates_share_keys(&before, &cert->parsed);
    }
    buf_done(&bytes);
    return renewed;
}

/* The grammar is strict: these are the very bytes that were issued. */
enum cw_err host_renew(const struct host *host, const struct joining *answer, struct cw_fault *fault)
{
    uint8_t bytes[CERT_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof(bytes));

    certificate_encode(&joining_cert(answer, &answer->join.member)->parsed, &w);
    return write_in(host, "cert", slice(bytes, w.len), fault);
}

enum cw_err host_join(const struct host *host, const struct joining *answer, struct cw_fault *fault)
{
    enum cw_err err = write_in(host, "network", answer->join.genesis, fault);

    if (err == CW_OK)
        err = host_renew(host, answer, fault);
    return err == CW_OK ? settings_write(host, answer, fault) : err;
}
