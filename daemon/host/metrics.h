/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_HOST_METRICS_H
#define CASEWIRE_HOST_METRICS_H

/*
 * What this daemon counts, for programs that watch it: one table of families (name, type, unit, labels, sentence),
 * and a writer of OpenMetrics text (version 1.0.0) that can write nothing else. casewire-metrics(7) is printed from the
 * table, and the example rules are checked against it.
 *
 * No label ever holds a case, a person or a key: divisions' codes, results and events only.
 * Names follow Prometheus' rules: base units, the unit as last word, `_total` on counters, `_info` on what is always 1.
 */

#include "proto/base.h"

/* name in code, family, type, unit ("" none), labels ("" none, else by commas), sentence */
#define METRIC_TABLE(X)                                                                                                \
    X(BUILD, "casewire_build", INFO, "", "version,division", "Version of the daemon, and whose it is.")                \
    X(START_TIME, "casewire_start_time_seconds", GAUGE, "seconds", "", "When this run began, since 1970.")             \
    X(READY, "casewire_ready", GAUGE, "", "", "1 when /readyz says ready.")                                            \
    X(LISTENING, "casewire_listening", GAUGE, "", "",                                                                  \
      "1 while the net process listens, its doors tried before they opened.")                                          \
    X(TURNS, "casewire_turns", COUNTER, "", "", "Turns taken in this run.")                                            \
    X(TURN_TIME, "casewire_turn_duration_seconds", HISTOGRAM, "seconds", "",                                           \
      "How long turns took, their commit included; measured in whole milliseconds.")                                   \
    X(SUBMISSIONS, "casewire_submissions", COUNTER, "", "result",                                                      \
      "Submissions by result: accepted (sequenced here), repeated (answered with an earlier receipt), refused.")       \
    X(NO_SPACE, "casewire_turns_without_space", COUNTER, "", "",                                                       \
      "Turns that came to nothing because the disk is full.")                                                          \
    X(ENTRIES, "casewire_entries", GAUGE, "", "", "Entries stored, own and of others.")                                \
    X(VOID, "casewire_entries_void", GAUGE, "", "", "Entries stored without effect.")                                  \
    X(PENDING, "casewire_entries_pending", GAUGE, "", "",                                                              \
      "Entries that wait for a certificate or an authority position.")                                                 \
    X(UNOPENED, "casewire_entries_unopened", GAUGE, "", "", "Entries that should open here and do not.")               \
    X(HOLES, "casewire_entries_incomplete", GAUGE, "", "", "Entries that lack their contents.")                        \
    X(CASES, "casewire_cases", GAUGE, "", "", "Cases held.")                                                           \
    X(LOCAL_KEYS, "casewire_local_keys", GAUGE, "", "",                                                                \
      "Local keys given out, each to a case, of the 1048576 that a keyring has; never given back.")                    \
    X(CONFLICTS, "casewire_conflicts_open", GAUGE, "", "", "Cases with a conflict that a person must settle.")         \
    X(FOLDS, "casewire_folds", COUNTER, "", "", "Times a case's state was made anew.")                                 \
    X(REVISING, "casewire_revising", GAUGE, "", "", "1 while cases wait to be made anew.")                             \
    X(QUARANTINED, "casewire_ops_quarantined", COUNTER, "", "",                                                        \
      "Operations set aside because the fold cannot take them.")                                                       \
    X(MALFORMED, "casewire_frames_malformed", COUNTER, "", "", "Frames of peers that could not be read.")              \
    X(SENT, "casewire_sent_bytes", COUNTER, "bytes", "", "Bytes of entries sent to peers.")                            \
    X(PEER_UP, "casewire_peer_up", GAUGE, "", "peer", "1 while there is a session with that division's daemon.")       \
    X(PEER_IN_STEP, "casewire_peer_in_step", GAUGE, "", "peer", "1 when neither lacks anything of the other.")         \
    X(LAG_ENTRIES, "casewire_replication_lag_entries", GAUGE, "entries", "peer",                                       \
      "Entries held here that the division's last signed frontier lacks.")                                             \
    X(LAG_SECONDS, "casewire_replication_lag_seconds", GAUGE, "seconds", "peer",                                       \
      "Age of the oldest of these; 0 when there is none.")                                                             \
    X(AHEAD_ENTRIES, "casewire_replication_ahead_entries", GAUGE, "entries", "peer",                                   \
      "Entries that the division holds and that are not here.")                                                        \
    X(PEER_HEARD, "casewire_peer_last_message_timestamp_seconds", GAUGE, "seconds", "peer",                            \
      "When it was heard last, since 1970; 0: never in this run.")                                                     \
    X(CLOCK_SKEW, "casewire_clock_skew_seconds", GAUGE, "seconds", "peer",                                             \
      "How far the division's clock is ahead of this one, less than 0: behind; a slow message makes it less.")         \
    X(PEER_DIFFERS, "casewire_peer_digest_differs", GAUGE, "", "peer",                                                 \
      "1 when it made another state of equal inputs: never right.")                                                    \
    X(DUTIES, "casewire_duties", COUNTER, "", "event",                                                                 \
      "Moments of duties of the cases that are read here: due_soon, breached, climbed, risk_high.")                    \
    X(OVERDUE, "casewire_cases_overdue", GAUGE, "", "", "Cases with a duty that runs and is over; at most 10000.")     \
    X(FEEDS, "casewire_feed_subscribers", GAUGE, "", "", "Readers that follow a feed now.")                            \
    X(STORE_USED, "casewire_store_used_bytes", GAUGE, "bytes", "", "The store, up to its last used page.")             \
    X(STORE_SIZE, "casewire_store_size_bytes", GAUGE, "bytes", "", "The store's greatest size (map_size).")            \
    X(STORE_FREE, "casewire_store_disk_free_bytes", GAUGE, "bytes", "", "Free space of the store's file system.")      \
    X(STORE_RESERVE, "casewire_store_reserve_bytes", GAUGE, "bytes", "", "Disk space kept back; 0 while it is spent.") \
    X(STORE_LOW, "casewire_store_low_on_space", GAUGE, "", "",                                                         \
      "1 while disk or map_size is nearly full and submissions are refused.")                                          \
    X(STORE_READERS, "casewire_store_readers", GAUGE, "", "", "Open read transactions.")                               \
    X(STORE_BEHIND, "casewire_store_oldest_reader_commits", GAUGE, "commits", "",                                      \
      "How many commits the oldest of them is behind: pages freed since cannot be used again.")                        \
    X(STORE_COMMITS, "casewire_store_commits", COUNTER, "commits", "", "Commits of this run.")                         \
    X(COMMIT_TIME, "casewire_store_commit_duration_seconds", HISTOGRAM, "seconds", "",                                 \
      "How long commits took until they were durable.")                                                                \
    X(STORE_UNSETTLED, "casewire_store_unsettled_commits", GAUGE, "commits", "",                                       \
      "Commits that are durable in the write-ahead file and not yet in the store.")                                    \
    X(REFUSED_KEYS, "casewire_refused_keys", COUNTER, "", "",                                                          \
      "Keys refused at the doors, as the net process tells of them: at most once a second for each key.")              \
    X(HANDSHAKES, "casewire_handshake_failures", COUNTER, "", "reason",                                                \
      "Links that this daemon dials, by reason as `casewire peers` has it, and keys at its doors (unknown-key, "       \
      "revoked-key, expired, not-yet-valid, wrong-socket), that came to nothing.")                                     \
    X(MISFRAMED, "casewire_misframed_messages", COUNTER, "", "reason",                                                 \
      "What came over the network and is no message, its connection ended for it: too_long (a frame above 1048576 "    \
      "bytes), several_frames, endless, unread (a frame far above that, or no frame).")                                \
    X(NET_LOST, "casewire_net_process_lost", COUNTER, "", "", "Times the net process ended and was replaced.")         \
    X(DROPPED, "casewire_dropped", COUNTER, "", "what",                                                                \
      "Let go because there was too much: link (did not take what was sent to it), request (told to try again), "      \
      "journal_line (held back by the limit for each event).")                                                         \
    X(FORKS, "casewire_forks_proven", COUNTER, "", "", "Fork proofs met in this run: a log with two continuations.")   \
    X(ALARMS, "casewire_alarms", COUNTER, "", "event", "Alarms of this run by event, as the journal names them.")      \
    X(RELOAD_GOOD, "casewire_config_last_reload_successful", GAUGE, "", "",                                            \
      "1 when the settings were right when last read.")                                                                \
    X(RELOAD_TIME, "casewire_config_last_reload_success_timestamp_seconds", GAUGE, "seconds", "",                      \
      "When right settings were read last, since 1970.")                                                               \
    X(CERTIFICATE_END, "casewire_certificate_expiry_timestamp_seconds", GAUGE, "seconds", "",                          \
      "When this daemon's certificate ends, since 1970.")                                                              \
    X(FDS, "casewire_process_open_descriptors", GAUGE, "descriptors", "", "Open descriptors of the core process.")     \
    X(FDS_MAX, "casewire_process_max_descriptors", GAUGE, "descriptors", "", "How many it may open.")                  \
    X(RESIDENT, "casewire_process_resident_memory_bytes", GAUGE, "bytes", "",                                          \
      "Memory that the core process occupies.")                                                                        \
    X(MEMLOCK, "casewire_process_locked_memory_bytes", GAUGE, "bytes", "",                                             \
      "Memory that the core process keeps out of swap.")                                                               \
    X(MEMLOCK_MAX, "casewire_process_max_locked_memory_bytes", GAUGE, "bytes", "",                                     \
      "How much memory it may keep out of swap: keys live there.")

enum metric {
#define METRIC_ENUM(name, family, type, unit, labels, sentence) METRIC_##name,
    METRIC_TABLE(METRIC_ENUM)
#undef METRIC_ENUM
        METRIC_COUNT
};

enum metric_type { METRIC_GAUGE, METRIC_COUNTER, METRIC_HISTOGRAM, METRIC_INFO };

struct metric_row {
    const char *family;
    enum metric_type type;
    const char *unit, *labels, *sentence;
};
extern const struct metric_row metric_table[METRIC_COUNT];

/* The name of the family's samples, as queries and rules have it: "casewire_turns_total". */
#define METRIC_NAME_LEN_MAX 80
void metric_name(enum metric which, char out[static METRIC_NAME_LEN_MAX]);
const char *metric_type_name(enum metric_type type);

/* --- writing ----------------------------------------------------------------------------------------------- */

#define METRIC_LABELS_MAX 2

/* Fixed memory being filled. Families come in the table's order, the samples of one together (asserted). */
struct metrics {
    char *text;
    size_t room, len;
    bool full;  /* something did not fit: sticks */
    bool begun; /* `last` is one */
    enum metric last;
};

void metrics_begin(struct metrics *m, char *memory, size_t room);
/* values: one for each label of the row, in order, escaped here; NULL when it has none. */
void metrics_add(struct metrics *m, enum metric which, const char *const *values, uint64_t value);
/* Of a family in seconds: ms / 1000, three digits. Less than 0 counts as 0. */
void metrics_add_ms(struct metrics *m, enum metric which, const char *const *values, int64_t ms);
/* The same, and may be less than 0. */
void metrics_add_signed_ms(struct metrics *m, enum metric which, const char *const *values, int64_t ms);
/* counts[i]: of up to bounds_ms[i] (ascending) and more than the bound before; counts[count]: of more than all. */
void metrics_add_histogram(struct metrics *m, enum metric which, const int64_t *bounds_ms, const uint64_t *counts,
                           size_t count, uint64_t sum_ms);
/* The text's last line. False: it did not fit, and is not to be shown. */
bool metrics_end(struct metrics *m);

#endif
