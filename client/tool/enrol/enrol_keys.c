/* SPDX-License-Identifier: Apache-2.0 */
/* The host's secret keys: in a file beside its settings, or with the service manager. */
#include "tool/enrol.h"

#include "lib/fault.h"

#include <errno.h>

#define KEY "key"

/*
 * A key that is encrypted on disk is nowhere in clear but where the service manager handed it to the daemon that runs;
 * there root may look at it, and of this machine root may decrypt it. With a file in its place that one is taken: it may
 * be another by now.
 */
static enum cw_err read_file(const struct host *host, struct buf *out, struct cw_fault *fault)
{
    char path[PATH_LEN_MAX];
    enum cw_err err = path_join(path, host->settings, KEY) ? file_read(path, KEYFILE_LEN_MAX, out) : CW_LOCAL_IO;

    if (err == CW_LOCAL_NOT_FOUND && path_join(path, "/run/credentials", "casewired@%s.service/" KEY, host->title))
        err = file_read(path, KEYFILE_LEN_MAX, out);
    return err == CW_LOCAL_NOT_FOUND ? host_decrypt_keys(host, out, fault) : err;
}

/* The file was made by `enrol request`, so without a passphrase. */
enum cw_err host_read_keys(const struct host *host, struct key_bundle *out, struct cw_fault *fault)
{
    struct buf bytes = {0};
    struct cw_fault why = {0};
    enum cw_err err = read_file(host, &bytes, &why);

    if (why.text[0] != '\0')
        return fault_set(fault, CW_LOCAL_NOT_FOUND, KEY, "it is encrypted in %s/" HOST_KEY_CRED ", and %s: %s",
                         host->settings, why.where, why.text);
    if (err == CW_LOCAL_NOT_FOUND || (err != CW_OK && errno == EACCES))
        return fault_set(fault, CW_LOCAL_NOT_FOUND, KEY,
                         "it is not there, or not for you. Where it is encrypted on disk, only the service manager "
                         "opens it, for the daemon, and shows it to root while that runs");
    if (err != CW_OK)
        return fault_set(fault, err, KEY, "the host's key cannot be read: %s", strerror(errno));
    if (keyfile_open(buf_slice(&bytes), slice(NULL, 0), out) != CW_OK)
        err = fault_set(fault, CW_LOCAL_KEY, KEY, "the host's key is damaged, or has a passphrase");
    wipe(bytes.data, bytes.cap);
    buf_done(&bytes);
    return err;
}

enum cw_err host_compare_keys(const struct key_bundle *keys, const struct certificate *cert, const char *named_by,
                              struct cw_fault *fault)
{
    if (memcmp(keys->sign_public, cert->sign_key, KEY_LEN) == 0 &&
        memcmp(keys->seal_public, cert->seal_key, KEY_LEN) == 0 &&
        memcmp(keys->curve_public, cert->curve_key, KEY_LEN) == 0)
        return CW_OK;
    return fault_set(fault, CW_LOCAL_KEY, KEY, "the host's key is not the one that %s", named_by);
}

/* Of a key that is there and wrong. */
static void next_look(const struct host *host, char *out, size_t cap)
{
    char config[PATH_LEN_MAX + 16];
    FILE *text = fmemopen(out, cap - 1, "w");

    CW_ASSERT(text != NULL);
    out[cap - 1] = '\0';
    if (host_is_units(host)) {
        fprintf(text, "casewire doctor %s", host->title);
    } else {
        snprintf(config, sizeof(config), "%s/casewire.conf", host->settings);
        fputs("casewired --config ", text);
        next_word(text, config);
        fputs(" --check-config", text);
    }
    (void)fclose(text); /* cut short, it still says what was begun */
}

enum exit_code complain_host(const struct cli *cli, const char *what, const struct host *host,
                             const struct cw_fault *fault)
{
    char path[PATH_LEN_MAX], next[2 * PATH_LEN_MAX];

    if (strcmp(fault->where, KEY) != 0 || !path_join(path, host->settings, KEY))
        return complain_fault(cli, what, fault);
    if (fault->code == CW_LOCAL_NOT_FOUND)
        snprintf(next, sizeof(next), "systemctl start casewired@%s, then the same command again, as root", host->title);
    else
        next_look(host, next, sizeof(next));
    return complain(cli, exit_code_of(fault->code), &(struct trouble){what, path, fault->text, next});
}
