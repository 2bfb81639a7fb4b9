/* SPDX-License-Identifier: Apache-2.0 */
/* Settings files: casewire.conf(5) as init, join and a lab write it, and a peer added to one. */
#include "tool/enrol.h"

#include "lib/fault.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#define SETTINGS_LEN_MAX 65536 /* as much as the daemon reads */
#define SETTINGS_NAME "casewire.conf"

void settings_write_peer(FILE *out, const char *title, const char *division, const char *address,
                         const uint8_t key[static KEY_LEN])
{
    char hex[2 * KEY_LEN + 1];

    hex_of(slice(key, KEY_LEN), hex);
    fprintf(out, "\npeer \"%s\" {\n    division  = \"%s\"\n    address   = \"%s\"\n    curve_key = \"%s\"\n}\n", title,
            division, address, hex);
}

/* Codes as a force would choose them; any other name is its own code, in capitals. */
void division_code_of(const char *title, char out[static DIVISION_LEN_MAX + 1])
{
    static const char *const known[][2] = {{"north", "NTH"}, {"east", "EST"}, {"west", "WST"}, {"south", "STH"}};
    size_t len = 0;

    for (size_t i = 0; i < CW_COUNT(known); i++)
        if (strcmp(title, known[i][0]) == 0) {
            snprintf(out, DIVISION_LEN_MAX + 1, "%s", known[i][1]);
            return;
        }
    for (; *title != '\0' && len < DIVISION_LEN_MAX; title++)
        if (isalnum((unsigned char)*title) != 0)
            out[len++] = (char)toupper((unsigned char)*title);
    out[len] = '\0';
}

/* Whoever is reached at this machine alone listens there alone; all others, on all of its addresses. */
static const char *listen_host(const char *address, char *out, size_t cap)
{
    const char *host = address + strlen("tcp://");
    size_t len = (size_t)(strrchr(address, ':') - host);
    bool loopback =
        strncmp(host, "127.", 4) == 0 || strncmp(host, "localhost:", 10) == 0 || strncmp(host, "[::1]", 5) == 0;

    snprintf(out, cap, "%.*s", loopback ? (int)len : 1, loopback ? host : "*");
    return out;
}

void settings_write_head(FILE *out, const struct host *host)
{
    char at[ENROL_ADDRESS_LEN_MAX + 1];
    long port = strtol(strrchr(host->address, ':') + 1, NULL, 10);

    listen_host(host->address, at, sizeof(at));
    fprintf(out,
            "# Division %s (%s). casewire.conf(5) tells what can be set, casewired --example-config every default.\n",
            host->title, host->code);
    fprintf(out, "division = \"%s\"\n", host->code);
    fprintf(out, "network_genesis = \"%s/network\"\n", host->settings);
    fprintf(out, "certificate = \"%s/cert\"\n", host->settings);
    fprintf(out, "key = \"%s/key\"\n", host->settings);
    fprintf(out, "state_dir = \"%s\"\n", host->state);
    fprintf(out, "run_dir = \"%s\"\n", host->run);
    fprintf(out, "listen_peers = \"tcp://%s:%ld\"\n", at, port);
    fprintf(out, "listen_clients = \"tcp://%s:%ld\"\n", at, port < 65535 ? port + 1 : port - 1);
}

static void write_member(FILE *out, const struct joining *j, const struct join_member *member)
{
    const struct trust_cert *cert = joining_cert(j, member);
    char title[ENROL_TITLE_LEN_MAX + 1], address[ENROL_ADDRESS_LEN_MAX + 1], division[DIVISION_LEN_MAX + 1];

    fault_clean_text(member->title, title, sizeof(title));
    fault_clean_text(member->address, address, sizeof(address));
    fault_clean_text(cert->parsed.division, division, sizeof(division));
    settings_write_peer(out, title, division, address, cert->parsed.curve_key);
}

static enum cw_err save(const struct host *host, struct cw_slice text, struct cw_fault *fault)
{
    char path[PATH_LEN_MAX];
    enum cw_err err = path_join(path, host->settings, SETTINGS_NAME) ? file_write(path, text, 0644) : CW_LOCAL_IO;

    return err == CW_OK ? CW_OK : fault_set(fault, err, path, "the file cannot be written: %s", strerror(errno));
}

enum cw_err settings_write(const struct host *host, const struct joining *answer, struct cw_fault *fault)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    enum cw_err err;

    if (out == NULL)
        return fault_plain(fault, CW_LOCAL_MEMORY, SETTINGS_NAME);
    settings_write_head(out, host);
    for (uint32_t i = 0; answer != NULL && i < answer->join.peer_count; i++)
        write_member(out, answer, &answer->join.peers[i]);
    err = fclose(out) == 0 ? save(host, slice(text, len), fault) : fault_plain(fault, CW_LOCAL_MEMORY, SETTINGS_NAME);
    free(text);
    return err;
}

/* --- a peer more -------------------------------------------------------------------------------------------- */

/* Whether `peer "title"` begins a line, after whatever spaces. */
static bool has_peer(struct cw_slice text, const char *title)
{
    char wanted[ENROL_TITLE_LEN_MAX + 16];
    const char *at = (const char *)text.data;

    snprintf(wanted, sizeof(wanted), "peer \"%s\"", title);
    while (at != NULL) {
        at += strspn(at, " \t");
        if (strncmp(at, wanted, strlen(wanted)) == 0)
            return true;
        at = strchr(at, '\n');
        if (at != NULL)
            at++;
    }
    return false;
}

static enum cw_err append(const struct host *host, struct buf *text, const char *block, bool *out_changed,
                          struct cw_fault *fault)
{
    enum cw_err err;

    if (strstr((const char *)text->data, block) != NULL)
        return CW_OK; /* nothing to do */
    text->len--;      /* the NUL behind it */
    err = buf_add(text, slice_of(block));
    if (err == CW_OK && text->len > SETTINGS_LEN_MAX)
        err = CW_REFUSED_SIZE;
    if (err != CW_OK)
        return fault_plain(fault, err, SETTINGS_NAME);
    err = save(host, buf_slice(text), fault);
    *out_changed = err == CW_OK;
    return err;
}

static enum cw_err add_block(const struct host *host, struct buf *text, const char *title, const char *block,
                             bool *out_changed, struct cw_fault *fault)
{
    bool stands = strstr((const char *)text->data, block) != NULL;

    if (!stands && has_peer(buf_slice(text), title))
        return fault_set(fault, CW_USAGE_ORDER, SETTINGS_NAME,
                         "it has another peer \"%s\": change or remove that one, then do this again", title);
    return append(host, text, block, out_changed, fault);
}

enum cw_err settings_add_peer(const struct host *host, const struct joining *answer, bool *out_changed,
                              struct cw_fault *fault)
{
    struct buf text = {0};
    char path[PATH_LEN_MAX], title[ENROL_TITLE_LEN_MAX + 1], *block = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&block, &len);
    enum cw_err err = CW_LOCAL_MEMORY;

    *out_changed = false;
    if (out == NULL)
        return fault_plain(fault, err, SETTINGS_NAME);
    write_member(out, answer, &answer->join.member);
    fault_clean_text(answer->join.member.title, title, sizeof(title));
    if (fclose(out) == 0 && path_join(path, host->settings, SETTINGS_NAME))
        err = file_read(path, SETTINGS_LEN_MAX, &text);
    if (err == CW_OK)
        err = buf_add(&text, slice("", 1)); /* read as text from here on */
    if (err != CW_OK)
        fault_set(fault, err, path, "the settings cannot be read");
    else
        err = add_block(host, &text, title, block, out_changed, fault);
    free(block);
    buf_done(&text);
    return err;
}
