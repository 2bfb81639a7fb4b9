/* SPDX-License-Identifier: Apache-2.0 */
#include "host/journal.h"

#include "host/clock.h"
#include "host/events.h"
#include "host/journal_limit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#define TEXT_LEN_MAX 512

struct journal {
    char division[32];
    atomic_int least;
    int fd;
    bool native;
    pthread_mutex_t lock; /* guards the limit */
    struct journal_limit limit;
};

static const struct {
    const char *name;
    int priority; /* syslog's */
} levels[LOG_LEVEL_COUNT] = {
    [LOG_LEVEL_DEBUG] = {"debug", LOG_DEBUG},
    [LOG_LEVEL_INFO] = {"info", LOG_INFO},
    [LOG_LEVEL_WARNING] = {"warning", LOG_WARNING},
    [LOG_LEVEL_ALARM] = {"alarm", LOG_ALERT},
};

const char *log_level_name(enum log_level level)
{
    CW_ASSERT((unsigned int)level < LOG_LEVEL_COUNT);
    return levels[level].name;
}

bool log_level_parse(const char *name, enum log_level *out)
{
    for (unsigned int i = 0; i < LOG_LEVEL_COUNT; i++) {
        if (strcmp(levels[i].name, name) == 0) {
            *out = (enum log_level)i;
            return true;
        }
    }
    return false;
}

/* --- text -------------------------------------------------------------------------------------------------- */

/* UTF-8 passes; what could begin a new line or move a terminal's cursor does not. */
static void clean(const char *text, char *out, size_t out_len)
{
    size_t i;

    for (i = 0; text[i] != '\0' && i + 1 < out_len; i++) {
        unsigned char c = (unsigned char)text[i];

        out[i] = c < 0x20 || c == 0x7f ? '?' : text[i];
    }
    out[i] = '\0';
}

static void message_of(const char *text, uint32_t held_back, char out[static TEXT_LEN_MAX])
{
    size_t len;

    clean(text, out, TEXT_LEN_MAX - 40);
    len = strlen(out);
    if (held_back > 0)
        (void)snprintf(out + len, TEXT_LEN_MAX - len, " (and %u more before)", held_back);
}

size_t journal_line(struct cw_wall now, enum log_level level, const char *id, const char *text, uint32_t held_back,
                    char out[static JOURNAL_LINE_LEN_MAX])
{
    char time[CLOCK_TEXT_LEN], message[TEXT_LEN_MAX], clean_id[JOURNAL_LIMIT_ID_LEN_MAX + 1];
    int len;

    clock_text(now, time);
    clean(id, clean_id, sizeof clean_id);
    message_of(text, held_back, message);
    len = snprintf(out, JOURNAL_LINE_LEN_MAX, "%s %s %s: %s\n", time, log_level_name(level), clean_id, message);
    CW_ASSERT(len > 0 && len < JOURNAL_LINE_LEN_MAX); /* every piece is bounded */
    return (size_t)len;
}

/* --- where to ----------------------------------------------------------------------------------------------- */

/* systemd names the device and inode of the stream it gave us: when that is still our descriptor, it listens. */
static bool is_journal(int fd)
{
    const char *named = getenv("JOURNAL_STREAM");
    char ours[64];
    struct stat st;

    if (named == NULL || fstat(fd, &st) != 0)
        return false;
    (void)snprintf(ours, sizeof ours, "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
    return strcmp(named, ours) == 0;
}

static void add_field(char out[static JOURNAL_FIELDS_MAX][JOURNAL_FIELD_LEN_MAX], size_t *count, const char *name,
                      const char *value)
{
    char cleaned[TEXT_LEN_MAX];

    if (value == NULL || value[0] == '\0')
        return;
    CW_ASSERT(*count < JOURNAL_FIELDS_MAX);
    clean(value, cleaned, sizeof cleaned); /* no line of its own in it: a field is one */
    (void)snprintf(out[(*count)++], JOURNAL_FIELD_LEN_MAX, "%s=%s", name, cleaned);
}

size_t journal_fields_of(const char *division, enum log_level level, const char *id, const char *message,
                         const struct journal_fields *fields,
                         char out[static JOURNAL_FIELDS_MAX][JOURNAL_FIELD_LEN_MAX])
{
    const struct event_row *event = event_find(id);
    const char priority[] = {(char)('0' + levels[level].priority), '\0'};
    size_t count = 0;

    add_field(out, &count, "MESSAGE", message);
    add_field(out, &count, "PRIORITY", priority);
    add_field(out, &count, "MESSAGE_ID", event != NULL ? event->message_id : NULL);
    add_field(out, &count, "CASEWIRE_DIVISION", division);
    add_field(out, &count, "CASEWIRE_EVENT", id);
    if (fields == NULL)
        return count;
    add_field(out, &count, "CASEWIRE_PEER", fields->peer);
    add_field(out, &count, "CASEWIRE_CODE", fields->code);
    add_field(out, &count, "CASEWIRE_CASE", fields->case_id);
    add_field(out, &count, "CASEWIRE_LOG", fields->log);
    add_field(out, &count, "CASEWIRE_ROLES", fields->roles);
    return count;
}

static bool send_native(const struct journal *j, enum log_level level, const char *id, const char *message,
                        const struct journal_fields *fields)
{
    char text[JOURNAL_FIELDS_MAX][JOURNAL_FIELD_LEN_MAX];
    struct iovec parts[JOURNAL_FIELDS_MAX];
    size_t count = journal_fields_of(j->division, level, id, message, fields, text);

    for (size_t i = 0; i < count; i++)
        parts[i] = (struct iovec){text[i], strlen(text[i])};
    return sd_journal_sendv(parts, (int)count) >= 0;
}

enum cw_err journal_open(const struct journal_options *options, struct journal **out)
{
    struct journal *j = calloc(1, sizeof *j);

    if (j == NULL)
        return CW_LOCAL_MEMORY;
    (void)snprintf(j->division, sizeof j->division, "%.31s", options->division);
    atomic_init(&j->least, options->least);
    j->fd = options->fd;
    j->native = is_journal(options->fd);
    (void)pthread_mutex_init(&j->lock, NULL);
    *out = j;
    return CW_OK;
}

void journal_set_level(struct journal *j, enum log_level least)
{
    atomic_store(&j->least, (int)least);
}

uint64_t journal_held_back(struct journal *j)
{
    uint64_t count;

    (void)pthread_mutex_lock(&j->lock);
    count = j->limit.held_back;
    (void)pthread_mutex_unlock(&j->lock);
    return count;
}

static bool allowed(struct journal *j, const char *id, uint32_t *out_held_back)
{
    bool may;

    (void)pthread_mutex_lock(&j->lock);
    may = journal_limit_allows(&j->limit, id, clock_mono(), out_held_back);
    (void)pthread_mutex_unlock(&j->lock);
    return may;
}

static void put(struct journal *j, enum log_level level, const char *id, const char *text, uint32_t held_back,
                const struct journal_fields *fields)
{
    char line[JOURNAL_LINE_LEN_MAX], message[TEXT_LEN_MAX];
    size_t len;

    message_of(text, held_back, message);
    if (j->native && send_native(j, level, id, message, fields))
        return;
    len = journal_line(clock_wall(), level, id, text, held_back, line);
    if (write(j->fd, line, len) != (ssize_t)len) /* one write, so that lines of threads do not mix */
        return;                                  /* a log that cannot be written has nowhere to say so */
}

void journal_write_about(struct journal *j, enum log_level level, const char *id, const char *text,
                         const struct journal_fields *fields)
{
    uint32_t held_back = 0;

    if ((int)level >= atomic_load(&j->least) && allowed(j, id, &held_back))
        put(j, level, id, text, held_back, fields);
}

void journal_write(struct journal *j, enum log_level level, const char *id, const char *text)
{
    journal_write_about(j, level, id, text, NULL);
}

static bool due(struct journal *j, struct cw_mono now, char id[static JOURNAL_LIMIT_ID_LEN_MAX + 1],
                uint32_t *out_count)
{
    bool is_due;

    (void)pthread_mutex_lock(&j->lock);
    is_due = journal_limit_due(&j->limit, now, id, out_count);
    (void)pthread_mutex_unlock(&j->lock);
    return is_due;
}

/* Past the limit: at most one line for each id and window, and that a line is missing is always worth a warning. */
static void tell_held_back(struct journal *j, struct cw_mono now)
{
    char id[JOURNAL_LIMIT_ID_LEN_MAX + 1], text[64];
    uint32_t count;

    while (due(j, now, id, &count)) {
        (void)snprintf(text, sizeof text, "%u more of these were not written", count);
        put(j, LOG_LEVEL_WARNING, id, text, 0, NULL);
    }
}

void journal_tend(struct journal *j)
{
    tell_held_back(j, clock_mono());
}

void journal_close(struct journal *j)
{
    if (j == NULL)
        return;
    tell_held_back(j, CW_NEVER);
    (void)pthread_mutex_destroy(&j->lock);
    free(j);
}
