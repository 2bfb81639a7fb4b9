/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CONF_TABLE_H
#define CASEWIRE_CONF_TABLE_H

#include "conf/settings.h"

enum setting_type {
    SETTING_CODE,    /* division code: 1 to 16 of A-Z 0-9 */
    SETTING_PATH,    /* absolute */
    SETTING_LISTEN,  /* tcp://HOST:PORT, where either may be * */
    SETTING_ADDRESS, /* tcp://HOST:PORT */
    SETTING_WATCH,   /* a socket's path, tcp:// and the loopback, or off */
    SETTING_KEY,     /* 64 hexadecimal digits */
    SETTING_SIZE,    /* bytes, with KiB, MiB, GiB, TiB */
    SETTING_COUNT,
    SETTING_FLAG,  /* yes or no */
    SETTING_LEVEL, /* one of settings_log_levels */
};

struct setting {
    const char *name;
    enum setting_type type;
    uint64_t least, greatest; /* of SIZE and COUNT; length of a PATH */
    const char *fallback;     /* as it would be written; NULL: must be set; "": may be left out, and is then nothing */
    const char *unit;         /* what a number counts, for people; "" when the type says it */
    const char *sentence;
    size_t offset; /* in struct settings, or struct settings_peer */
};

extern const struct setting settings_table[];
extern const size_t settings_table_count;
extern const struct setting settings_peer_table[];
extern const size_t settings_peer_table_count;
#define SETTING_SOCKET_LEN_MAX 107 /* what a Unix socket's address holds */

/* Reads one value into base + row->offset. False: *expected says, for a person, what would have been right. */
#define SETTING_EXPECTED_LEN_MAX 160
bool setting_read(const struct setting *row, const char *text, void *base,
                  char expected[static SETTING_EXPECTED_LEN_MAX]);

/* "64 MiB": the largest unit that divides it. */
#define SETTING_SIZE_TEXT_LEN 32
void setting_size_text(uint64_t len, char out[static SETTING_SIZE_TEXT_LEN]);
/* What a value looks like: "size, 1 MiB to 64 MiB". */
void setting_type_text(const struct setting *row, char out[static SETTING_EXPECTED_LEN_MAX]);

/* NULL: the table has no such name. */
const struct setting *setting_find(const struct setting *table, size_t count, const char *name, size_t *out_index);
/* The name in the table that was probably meant, or NULL when none is near. */
const char *setting_nearest(const struct setting *table, size_t count, const char *name);
/* "peers", "Peer", "PEER": the one kind of section was probably meant. */
bool setting_is_nearly_peer(const char *name);

#endif
