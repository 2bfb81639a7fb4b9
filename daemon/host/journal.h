/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_HOST_JOURNAL_H
#define CASEWIRE_HOST_JOURNAL_H

/*
 * The daemon's log. Under systemd each line goes to the journal with its MESSAGE_ID (host/events.h) and fields that can be
 * searched (CASEWIRE_DIVISION, CASEWIRE_EVENT, and what it is about: CASEWIRE_PEER, _CODE, _CASE, _LOG, _ROLES); otherwise to a
 * descriptor, with its time. Each line has a stable id; no line holds a person's data. Threads: any.
 */

#include "proto/base.h"

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ALARM, LOG_LEVEL_COUNT };

const char *log_level_name(enum log_level level);
bool log_level_parse(const char *name, enum log_level *out);

struct journal_options {
    const char *division; /* code, e.g. "NTH"; may be "" before the settings are read */
    enum log_level least; /* lines below are not written */
    int fd;               /* where lines go without systemd: 2 */
};

struct journal;
enum cw_err journal_open(const struct journal_options *options, struct journal **out);
void journal_close(struct journal *j);
void journal_set_level(struct journal *j, enum log_level least); /* a reload */
uint64_t journal_held_back(struct journal *j);                   /* lines, by the limit. Any thread */
/* Says of which ids lines were held back whose window has ended, and how many: now and then. Any thread; closing says the rest. */
void journal_tend(struct journal *j);
/* At most JOURNAL_LIMIT_LINES of one id in ten seconds; text is one line, other characters than printable ones are replaced. */
void journal_write(struct journal *j, enum log_level level, const char *id, const char *text);

/* What a line is about; NULL: nothing of that kind. */
struct journal_fields {
    const char *peer;    /* division code */
    const char *code;    /* an error's name */
    const char *case_id; /* hexadecimal, or the beginning of it */
    const char *log;     /* likewise */
    const char *roles;   /* codes of whom it reaches, as "INSP, SUPT" */
};
/* fields may be NULL. */
void journal_write_about(struct journal *j, enum log_level level, const char *id, const char *text,
                         const struct journal_fields *fields);

/* The fields of a line as the journal gets them, "NAME=value" each; their number. For tests. */
#define JOURNAL_FIELDS_MAX 10
#define JOURNAL_FIELD_LEN_MAX 560
size_t journal_fields_of(const char *division, enum log_level level, const char *id, const char *message,
                         const struct journal_fields *fields,
                         char out[static JOURNAL_FIELDS_MAX][JOURNAL_FIELD_LEN_MAX]);

/* The line as written to a descriptor; for tests. Always ends in a new line. */
#define JOURNAL_LINE_LEN_MAX 640
size_t journal_line(struct cw_wall now, enum log_level level, const char *id, const char *text, uint32_t held_back,
                    char out[static JOURNAL_LINE_LEN_MAX]);

#endif
