/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_ENROL_H
#define CASEWIRE_TOOL_ENROL_H

/*
 * How a division's daemon comes into a network. Each file from outside is read with a bound, scanned by its grammar, and
 * believed only when its signatures hold; nothing is written before all of it was checked.
 *
 *   DIR/NAME/            DIR is /etc/casewire unless --settings-dir says otherwise
 *     key                secret keys, 0600, made on this host
 *     key.cred           the same in its place, encrypted for the service manager
 *     request            what was asked for: the answer is compared with it
 *     network, cert      from the answer
 *     casewire.conf      settings
 */

#include "tool/authority.h"
#include "tool/cli.h"

#include "proto/enrol.h"

/* --- an opened invitation or answer (enrol_join.c) ------------------------------------------------------ */

struct joining {
    struct buf bytes;
    void *memory;
    struct join join; /* borrows from both */
    struct network_id network;
    struct cw_trust *trust; /* what the logs in it say */
    const struct trust_cert *authority;
};

/*
 * Reads and checks everything: grammar, root and authority logs from the genesis on, the authority's signature over the whole, and that
 * member and peers are daemons whose certificates count. The fault names what does not hold.
 */
enum cw_err joining_open(const char *path, struct joining *out, struct cw_fault *fault);
/* The same over bytes, which are taken: also after a failure. */
enum cw_err joining_read(struct buf *bytes, struct joining *out, struct cw_fault *fault);
void joining_done(struct joining *j);
/* Of a member or peer; never NULL for one of an opened file. */
const struct trust_cert *joining_cert(const struct joining *j, const struct join_member *member);

/* All three keys are the same. */
bool certificates_share_keys(const struct certificate *a, const struct certificate *b);

/* --- the authority's side (enrol_issue.c) --------------------------------------------------------------- */

struct asking { /* an opened request; borrows from bytes */
    struct buf bytes;
    struct enrol_request request;
    struct certificate cert;
    struct cert_id id;
    struct hash hash; /* of the file: what the words are made of */
};
enum cw_err asking_open(const char *path, struct asking *out, struct cw_fault *fault);
enum cw_err asking_read(struct buf *bytes, struct asking *out, struct cw_fault *fault); /* takes the bytes */
void asking_done(struct asking *asking);

/*
 * Whether this authority may issue what is asked for. *out_again: it did so before, and only the answer is wanted again.
 *
 * Returns   CW_OK, CW_REFUSED_NETWORK, CW_REFUSED_AUTHOR: made for another authority, CW_REFUSED_ROLE, CW_REFUSED_EXPIRED: its
 *           dates, or revoked, CW_REFUSED_REUSED_ID: another certificate has one of its keys, and
 *           is not one of the same division that this renews
 */
enum cw_err asking_check(const struct asking *asking, const struct authority *a, struct cw_wall now, bool *out_again,
                         struct cw_fault *fault);

/* DIR/members: who listens where, a line each: certificate id, title, address. */
#define MEMBERS_MAX 512
struct members {
    uint32_t count;
    struct member {
        struct cert_id cert;
        char title[ENROL_TITLE_LEN_MAX + 1];
        char address[ENROL_ADDRESS_LEN_MAX + 1];
    } at[MEMBERS_MAX];
};
/* A file that is not there has no members. Large: not for a small stack. */
enum cw_err members_load(const char *dir, struct members *out, struct cw_fault *fault);
/* Those of before with the same title are replaced: a host that moved, a key that was renewed. */
enum cw_err members_add(struct members *members, const struct cert_id *cert, struct cw_slice title,
                        struct cw_slice address, struct cw_fault *fault);
enum cw_err members_save(const char *dir, const struct members *members, struct cw_fault *fault);

/* Writes the answer for `who`, or an invitation when it and members are NULL, signed by the authority's key. */
enum cw_err joining_write(struct authority *a, const struct members *members, const struct cert_id *who,
                          const char *path, struct cw_fault *fault);

/* --- the host's side (enrol_host.c, enrol_settings.c) ---------------------------------------------------- */

struct host {
    char title[ENROL_TITLE_LEN_MAX + 1];
    char code[DIVISION_LEN_MAX + 1];
    char address[ENROL_ADDRESS_LEN_MAX + 1];
    char settings[PATH_LEN_MAX]; /* absolute: DIR/NAME */
    char state[PATH_LEN_MAX], run[PATH_LEN_MAX];
    char units[PATH_LEN_MAX]; /* where the service manager's drop-ins are */
    bool encrypt;             /* its new keys, on disk */
};

/* Those of casewired@.service. */
#define HOST_SETTINGS_DIR "/etc/casewire"
#define HOST_STATE_DIR "/var/lib/casewire"
#define HOST_RUN_DIR "/run/casewire"
#define HOST_UNITS_DIR "/etc/systemd/system"

#define HOST_SETTINGS "settings-dir", "DIR", "settings and keys are in DIR/NAME (default " HOST_SETTINGS_DIR ")"
#define HOST_STATE "state-dir", "DIR", "the daemon keeps its store in DIR/NAME (default " HOST_STATE_DIR ")"
#define HOST_RUN "run-dir", "DIR", "its socket is in DIR/NAME, which a reboot empties (default " HOST_RUN_DIR ")"
#define HOST_ENCRYPT \
    "encrypt-keys", NULL, "the daemon's keys encrypted on disk, under this machine's (systemd-creds); as root"

/* Places, title, code (--division, or what the title gives) and address (--address, or this machine's name). Complains. */
enum exit_code host_read(const struct cli *cli, const char *title, struct host *out);
/* Only the places of a division whose title is known. */
enum exit_code host_places(const struct cli *cli, const char *title, struct host *out);
/* The folder of settings, 0755, made when it is not there. */
enum cw_err host_make_folder(const struct host *host, struct cw_fault *fault);

/* Its secret keys; the caller wipes them (enrol_keys.c). CW_LOCAL_NOT_FOUND, CW_LOCAL_KEY: damaged, or with a passphrase. */
enum cw_err host_read_keys(const struct host *host, struct key_bundle *out, struct cw_fault *fault);
/* CW_LOCAL_KEY: they are not those that `named_by` ("the certificate names"). */
enum cw_err host_compare_keys(const struct key_bundle *keys, const struct certificate *cert, const char *named_by,
                              struct cw_fault *fault);
/* complain_fault(), which says of a host's key where it is and how it is got at. */
enum exit_code complain_host(const struct cli *cli, const char *what, const struct host *host,
                             const struct cw_fault *fault);

#define HOST_KEY_CRED "key.cred"
/* Before anything is made: the folders are the unit's, no drop-in is in the way, and systemd-creds encrypts. Complains. */
enum exit_code host_check_encrypt(const struct cli *cli, const struct host *host);
/*
 * New keys into DIR/NAME/key; host->encrypt: into key.cred, and a drop-in of the unit that names it: in clear they
 * never were on the disk (enrol_encrypt.c).
 */
enum cw_err host_write_keys(const struct host *host, const struct key_bundle *keys, struct cw_fault *fault);
/* The key file in key.cred, added to *out, which the caller wipes. CW_LOCAL_NOT_FOUND; CW_LOCAL_KEY: not for you, or another machine's. */
enum cw_err host_decrypt_keys(const struct host *host, struct buf *out, struct cw_fault *fault);

struct request_plan {
    const struct host *host;
    const char *name; /* in the certificate */
    int64_t days;
    bool renew; /* of the certificate that is there: its division and name, and the host's keys as they are */
};
/* Makes keys, but to renew, and a request for the network of an invitation, both kept in the host's folder. */
enum cw_err host_request(const struct request_plan *plan, const struct joining *invitation, struct buf *out_request,
                         struct cw_fault *fault);
/* Whether the answer is one to the request in the host's folder, and these are its keys; fills what host lacks. */
enum cw_err host_compare(struct host *host, const struct joining *answer, struct cw_fault *fault);
/* Whether the answer renews the certificate that this host has: another one, for the same keys. */
bool host_is_renewed(const struct host *host, const struct joining *answer);
/* Writes the certificate alone: settings and network stay as they are. */
enum cw_err host_renew(const struct host *host, const struct joining *answer, struct cw_fault *fault);
/* Writes certificate, network and settings. */
enum cw_err host_join(const struct host *host, const struct joining *answer, struct cw_fault *fault);

/* north: NTH; any other name is its own code, in capitals. */
void division_code_of(const char *title, char out[static DIVISION_LEN_MAX + 1]);
/* One peer as it stands in settings; also of a lab. */
void settings_write_peer(FILE *out, const char *title, const char *division, const char *address,
                         const uint8_t key[static KEY_LEN]);
void settings_write_head(FILE *out, const struct host *host);
/* The settings file of init and join. */
enum cw_err settings_write(const struct host *host, const struct joining *answer, struct cw_fault *fault);
/*
 * Adds the member of an answer as a peer. *out_changed: false: it stands there already. CW_USAGE_ORDER: another one has
 * its title, and a person must decide.
 */
enum cw_err settings_add_peer(const struct host *host, const struct joining *answer, bool *out_changed,
                              struct cw_fault *fault);

/* --- what is typed next (enrol_next.c) ---------------------------------------------------------------------- */

/* Whether casewired@NAME finds its files; else the program is started by hand, and goes on in front of who did. */
bool host_is_units(const struct host *host);
/* One word as a shell takes it, between quotes where it must be. */
void next_word(FILE *out, const char *word);
/* Two lines, "  next: ...": the daemon is started, and given what publishing takes (option: --dir or --bundle). */
void next_begin(FILE *out, const struct host *host, const char *option, const char *from);
/* With its line's end; a daemon that is not the unit's must be ended first, which is said. */
void next_restart(FILE *out, const struct host *host);
void next_reload(FILE *out, const struct host *host, const char *socket);
void next_publish(FILE *out, const struct host *host, const char *option, const char *from);
/* Of keys that were encrypted: where they are, and how a copy of them is had; else nothing. */
void next_copy(FILE *out, const struct host *host);
/* Of NAME.bundle, with the folders of the host's request. */
void next_join(FILE *out, const struct host *host);

#endif
