/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CONF_SETTINGS_H
#define CASEWIRE_CONF_SETTINGS_H

/*
 * What an administrator decides, from one file in libconfuse's syntax:
 *
 *     division = "NTH"
 *     map_size = "1 TiB"
 *     peer "west" {
 *         division  = "WST"
 *         address   = "tcp://192.0.2.7:4700"
 *         curve_key = "64 hexadecimal digits"
 *     }
 *
 * Each setting is one row of table.c: name, type, range, default, unit, sentence. From that row it is read,
 * refused, documented and printed. ${NAME} in a value stands for a variable of the environment.
 */

#include "conf/problems.h"
#include "proto/message.h"

#include <stdio.h>

#define SETTINGS_LEN_MAX 65536 /* of the file */
#define SETTINGS_PATH_LEN_MAX 511
#define SETTINGS_ADDRESS_LEN_MAX 200
#define SETTINGS_PEERS_MAX 320
#define SETTINGS_TITLE_LEN_MAX 31
#define SETTINGS_ROWS_MAX 32 /* of the table */

struct settings_peer {
    char title[SETTINGS_TITLE_LEN_MAX + 1];
    char division[DIVISION_LEN_MAX + 1];
    char address[SETTINGS_ADDRESS_LEN_MAX + 1]; /* "tcp://..." */
    uint8_t curve_key[KEY_LEN];
    int line; /* where it ends in the file */
};

struct settings {
    char file[SETTINGS_PATH_LEN_MAX + 1]; /* where they came from, for messages */
    int lines[SETTINGS_ROWS_MAX];         /* in it, of each row of the table; 0: it stands nowhere */

    char division[DIVISION_LEN_MAX + 1];
    char network_genesis[SETTINGS_PATH_LEN_MAX + 1];
    char certificate[SETTINGS_PATH_LEN_MAX + 1];
    char key[SETTINGS_PATH_LEN_MAX + 1];
    char passphrase[SETTINGS_PATH_LEN_MAX + 1]; /* "": the key file has none */

    char state_dir[SETTINGS_PATH_LEN_MAX + 1];
    char run_dir[SETTINGS_PATH_LEN_MAX + 1];
    char admin_socket[SETTINGS_PATH_LEN_MAX + 1]; /* never "": run_dir/admin.sock when not set */

    char listen_metrics[SETTINGS_ADDRESS_LEN_MAX + 1]; /* "off", tcp://..., or a socket's path; never "" */
    char listen_peers[SETTINGS_ADDRESS_LEN_MAX + 1];
    char listen_clients[SETTINGS_ADDRESS_LEN_MAX + 1];

    uint64_t credit_peer, credit_total;    /* bytes */
    uint64_t net_memory_max;               /* bytes; 0: no cap */
    uint64_t map_size, reserve, low_water; /* bytes; low_water 0: the store's default */
    uint64_t write_ahead;                  /* bytes; 0: none */
    uint64_t workers;                      /* 0: as many as there are processors */
    uint64_t audience_keys, case_cache;
    bool larger_than_memory, strict_memory, lab;
    uint64_t log_level; /* index into settings_log_levels: 0 debug, 1 info, 2 warning, 3 alarm */

    uint32_t peer_count;
    struct settings_peer peers[SETTINGS_PEERS_MAX];
};

extern const char *const settings_log_levels[];

/*
 * Reads a file, or text that a test or the fuzzer made. *out is filled with defaults and what was understood; it may be used only
 * when the result is CW_OK. About 100 KiB: not for a small stack.
 *
 * Returns   CW_OK, or
 *           CW_LOCAL_CONFIG  *problems says what, with file and line
 *           CW_LOCAL_MEMORY
 */
enum cw_err settings_load(const char *path, struct settings *out, struct problems *problems);
enum cw_err settings_parse(struct cw_slice text, const char *name, struct settings *out, struct problems *problems);

/* Where the setting of this name stands in the file, for problem_add(); 0: it has its default. */
int settings_line(const struct settings *s, const char *name);

/*
 * What `casewired --check-config` looks at beyond the file: that folders can be written, that the files exist with proper
 * modes, that network, certificate and key belong together, now. Changes nothing. CW_OK when *problems gained none.
 */
enum cw_err settings_check(const struct settings *s, struct cw_wall now, struct problems *problems);

/* Printed from the table: for --help, as an example file (which is read as the defaults), for the manual. */
void settings_print_help(FILE *out);
void settings_print_example(FILE *out);
void settings_print_markdown(FILE *out);
void settings_print_scdoc(FILE *out); /* for casewire.conf(5) */
/* What was read, a line each: name, tab, value, with defaults and variables put in; of peers "peer NAME division" ... */
void settings_print(const struct settings *s, FILE *out);

#endif
