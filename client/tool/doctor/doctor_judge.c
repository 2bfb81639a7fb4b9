/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/doctor.h"
#include "tool/page.h"
#include "tool/plain.h"

#include "lib/fault.h"
#include "proto/wire.h"

#include <stdarg.h>

#define MIB (1024.0 * 1024.0)
#define GIB (1024.0 * MIB)
#define DESCRIPTORS_WANTED 65536
#define LOCKED_WANTED (64 * MIB)
#define READER_BEHIND_MAX 10000
#define CERTIFICATE_DAYS_WARN 30
#define DAY_MS INT64_C(86400000)

const char *const doctor_words[] = {[DOCTOR_OK] = "ok", [DOCTOR_WARN] = "warn", [DOCTOR_FAIL] = "fail"};

void finding_add(struct findings *f, enum doctor_state state, const char *check, const char *fix, const char *format,
                 ...)
{
    struct finding *one = &f->at[f->count];
    char text[sizeof(one->text)];
    va_list args;

    if (f->count == DOCTOR_FINDINGS_MAX)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    *one = (struct finding){.state = state, .check = check};
    fault_clean_text(slice_of(text), one->text, sizeof(one->text));
    snprintf(one->fix, sizeof(one->fix), "%s", fix != NULL ? fix : "");
    f->count++;
}

enum doctor_state findings_worst(const struct findings *f)
{
    enum doctor_state worst = DOCTOR_OK;

    for (size_t i = 0; i < f->count; i++)
        worst = f->at[i].state > worst ? f->at[i].state : worst;
    return worst;
}

/* --- numbers ---------------------------------------------------------------------------------------------------- */

static double number(struct cw_slice text, const char *sample)
{
    double value = 0;

    (void)page_number(text, sample, &value);
    return value;
}

static void judge_doors(struct findings *f, struct cw_slice text)
{
    if (number(text, "casewire_listening") != 0)
        finding_add(f, DOCTOR_OK, "doors", NULL, "it listens, and tried that strangers are kept out");
    else
        finding_add(f, DOCTOR_FAIL, "doors", "journalctl -u 'casewired@*' CASEWIRE_EVENT=net-failed",
                    "it does not listen: nobody is served over the network");
    double refused = number(text, "casewire_refused_keys_total");
    if (refused > 0)
        finding_add(f, DOCTOR_WARN, "doors", "journalctl CASEWIRE_EVENT=net-refused",
                    "%.0f times a key was refused in this run", refused);
}

static void judge_disk(struct findings *f, struct cw_slice text)
{
    double available = number(text, "casewire_store_disk_free_bytes") / GIB;

    if (number(text, "casewire_store_low_on_space") != 0)
        finding_add(f, DOCTOR_FAIL, "disk", "make room below state_dir, or raise map_size in casewire.conf",
                    "the disk, or map_size, is nearly full (%.1f GiB are free): submissions are refused", available);
    else if (number(text, "casewire_store_reserve_bytes") == 0)
        finding_add(f, DOCTOR_WARN, "disk", "make room below state_dir: the reserve is made again by itself",
                    "the disk was full, and its reserve is spent (%.1f GiB are free)", available);
    else
        finding_add(f, DOCTOR_OK, "disk", NULL, "%.1f GiB are free", available);
}

static void judge_map(struct findings *f, struct cw_slice text)
{
    double used = number(text, "casewire_store_used_bytes"), size = number(text, "casewire_store_size_bytes");
    double part = size > 0 ? 100 * used / size : 0;

    finding_add(f,
                part >= 95   ? DOCTOR_FAIL
                : part >= 80 ? DOCTOR_WARN
                             : DOCTOR_OK,
                "map", part >= 80 ? "raise map_size in casewire.conf, and restart" : NULL,
                "the store is %.1f MiB long, %.1f %% of map_size", used / MIB, part);
}

static void judge_readers(struct findings *f, struct cw_slice text)
{
    double behind = number(text, "casewire_store_oldest_reader_commits");
    bool old = behind > READER_BEHIND_MAX;

    finding_add(f, old ? DOCTOR_WARN : DOCTOR_OK, "readers",
                old ? "systemctl restart the daemon, and report it: reading must be short" : NULL,
                "%.0f read transactions are open, the oldest %.0f commits behind",
                number(text, "casewire_store_readers"), behind);
}

static void judge_limits(struct findings *f, struct cw_slice text)
{
    double open = number(text, "casewire_process_open_descriptors"),
           most = number(text, "casewire_process_max_descriptors");
    double locked_most = number(text, "casewire_process_max_locked_memory_bytes"), locked = 0;
    bool known = page_number(text, "casewire_process_locked_memory_bytes", &locked);

    if (most < DESCRIPTORS_WANTED)
        finding_add(f, DOCTOR_WARN, "descriptors", "LimitNOFILE=65536 in the unit",
                    "it may open %.0f descriptors; 65536 are wanted", most);
    else
        finding_add(f, open > most * 0.8 ? DOCTOR_WARN : DOCTOR_OK, "descriptors",
                    open > most * 0.8 ? "raise LimitNOFILE= in the unit" : NULL, "%.0f of %.0f are open", open, most);
    if (locked_most < LOCKED_WANTED)
        finding_add(f, DOCTOR_WARN, "memlock", "LimitMEMLOCK=64M in the unit",
                    "it may keep %.1f MiB out of swap; keys want 64", locked_most / MIB);
    else if (!known || locked <= 0)
        finding_add(f, DOCTOR_WARN, "memlock",
                    "strict_memory = yes in casewire.conf: it then starts only with locked keys",
                    known ? "it keeps nothing out of swap, though it may: its keys are not locked"
                          : "whether its keys are kept out of swap is not known");
    else
        finding_add(f, DOCTOR_OK, "memlock", NULL, "%.1f MiB are kept out of swap: its keys", locked / MIB);
}

static void judge_certificate(struct findings *f, struct cw_slice text, struct cw_wall now)
{
    double end = 0;

    if (!page_number(text, "casewire_certificate_expiry_timestamp_seconds", &end))
        return;
    double days = (end * 1000 - (double)now.ms) / (double)DAY_MS;
    finding_add(f,
                days < 0                       ? DOCTOR_FAIL
                : days < CERTIFICATE_DAYS_WARN ? DOCTOR_WARN
                                               : DOCTOR_OK,
                "certificate",
                days < CERTIFICATE_DAYS_WARN ? "renew it: casewire enrol request NAME INVITATION --renew ..." : NULL,
                days < 0 ? "it ended %.0f days ago" : "it is good for %.0f more days", days < 0 ? -days : days);
}

void doctor_judge_metrics(struct findings *f, struct cw_slice text, struct cw_wall now)
{
    judge_doors(f, text);
    judge_disk(f, text);
    judge_map(f, text);
    judge_readers(f, text);
    judge_limits(f, text);
    judge_certificate(f, text, now);
}

/* --- the daemon's own words ---------------------------------------------------------------------------------------- */

static bool about_clocks(const char *id)
{
    return strcmp(id, "clock-ahead") == 0 || strcmp(id, "own-clock-wrong") == 0;
}

void doctor_judge_status(struct findings *f, const Cw__Status *status)
{
    char id[40], text[300], fix[80];

    for (size_t i = 0; i < status->n_alarms; i++) {
        TEXT(status->alarms[i]->id, id);
        TEXT(status->alarms[i]->text, text);
        snprintf(fix, sizeof(fix), "journalctl -x CASEWIRE_EVENT=%s", id);
        finding_add(f, DOCTOR_FAIL, about_clocks(id) ? "clock" : "alarm",
                    about_clocks(id) ? "timedatectl, here and there" : fix, "%s", text);
    }
    if (status->n_alarms == 0)
        finding_add(f, DOCTOR_OK, "alarm", NULL, "nothing was alarmed about in this run");
}

void doctor_judge_clock(struct findings *f, bool follows)
{
    finding_add(f, follows ? DOCTOR_OK : DOCTOR_WARN, "clock",
                follows ? NULL : "timedatectl set-ntp true, or whatever keeps clocks here",
                follows ? "this machine's clock follows another one"
                        : "nothing keeps this machine's clock right, as far as the kernel knows");
}

/* --- peers ----------------------------------------------------------------------------------------------------------- */

/* What to do about why a link is not there: by its word (proto/link_end.h), or an error's name. */
static const struct {
    const char *why, *fix;
} remedies[] = {
    {"down", "start its daemon, or put its address right in casewire.conf"},
    {"no-answer", "look at the network between, and at its firewall"},
    {"wrong-key", "put its curve_key right in casewire.conf: it stands in its certificate (casewire authority list)"},
    {"other-key", "put that curve_key into its section of casewire.conf, then casewire reload"},
    {"no-certificate",
     "casewire authority publish --bundle FILE: the bundle comes from the authority, with the answer"},
    {"not-heard", "casewire authority publish --dir FOLDER --socket ITS-SOCKET: it must hear of this certificate"},
    {"refused",
     "casewire authority list: this daemon's certificate is revoked or over; or a clock is wrong (timedatectl, here "
     "and there)"},
    {"revoked-here", "casewire authority list: its certificate is revoked here; a new daemon's is published here"},
    {"expired-here",
     "it wants another certificate (casewire enrol request --renew, there); or the clock is wrong here"},
    {"not-yet-here", "timedatectl: its certificate begins later, or the clock is wrong here"},
    {"not-casewire", "put its address right in casewire.conf: something else listens there"},
    {"silent", "compare its curve_key, and publish this certificate there"},
    {"address", "put its address right in casewire.conf"},
    {"no-link", "add it to casewire.conf, or wait until it calls"},
    {"CW_PEER_NETWORK", "it belongs to another network: take it out of casewire.conf"},
    {"CW_PEER_VERSION", "one of the two is too old: compare casewired --version"},
    {"hangs", "look at it there: systemctl status casewired@NAME; its watchdog restarts it when it hangs"},
    {"cut", "casewire lab heal"},
};

static const char *remedy_of(const char *why)
{
    for (size_t i = 0; i < CW_COUNT(remedies); i++) {
        if (strcmp(remedies[i].why, why) == 0)
            return remedies[i].fix;
    }
    return "casewire peers tells more";
}

/* Ties are broken by clocks, and nobody is pulled further ahead than a minute (core/hlc.h). */
#define CLOCK_WARN_MS 5000
#define CLOCK_FAIL_MS 60000

static void judge_peer_clock(struct findings *f, const Cw__PeerRow *row)
{
    uint64_t off = row->clock_ahead_millis < 0 ? -(uint64_t)row->clock_ahead_millis : (uint64_t)row->clock_ahead_millis;
    char division[24], text[60];

    if (!row->has_clock_ahead_millis || off < CLOCK_WARN_MS)
        return;
    TEXT(row->division, division);
    plain_clock(row, text);
    finding_add(f, off < CLOCK_FAIL_MS ? DOCTOR_WARN : DOCTOR_FAIL, "clock", "timedatectl, here and there",
                "the clock of %s is %s of this daemon's", division, text);
}

static void tell_in_step(struct findings *f, const Cw__PeerRow *row, const char *division)
{
    char software[60] = "a version that it does not say", clock[60];

    if (row->has_version)
        TEXT(row->version, software);
    plain_clock(row, clock);
    finding_add(f, DOCTOR_OK, "peers", NULL, "%s is in step; it runs %s; its clock: %s", division, software, clock);
}

static void judge_peer(struct findings *f, const Cw__PeerRow *row, struct cw_wall now)
{
    char division[24], text[2 * PLAIN_LEN_MAX], why[60], digest[24];

    TEXT(row->division, division);
    TEXT(row->why_code, why);
    TEXT(row->digest, digest);
    if (strcmp(digest, "differs") == 0) {
        finding_add(f, DOCTOR_FAIL, "peers", "compare casewired --version of both, then report it",
                    "%s makes another state of equal inputs", division);
        return;
    }
    if (plain_in_step(row)) {
        tell_in_step(f, row, division);
        return;
    }
    plain_peer(row, &(struct plain_names){NULL}, now, text);
    bool moving = strcmp(why, "catching-up") == 0 || strcmp(why, "dialling") == 0;
    finding_add(f, moving ? DOCTOR_WARN : DOCTOR_FAIL, "peers", moving ? "casewire wait-sync" : remedy_of(why),
                "%s: %s", division, text);
}

static void note_peer(struct findings *f, const Cw__PeerRow *row)
{
    struct doctor_peer *p = &f->peers[f->peer_count];

    if (f->peer_count == DOCTOR_PEERS_MAX)
        return;
    *p = (struct doctor_peer){.says_time = row->has_clock_ahead_millis, .clock_ahead_ms = row->clock_ahead_millis};
    TEXT(row->division, p->division);
    TEXT(row->version, p->version);
    f->peer_count++;
}

void doctor_judge_peers(struct findings *f, const Cw__Peers *peers, struct cw_wall now)
{
    for (size_t i = 0; i < peers->n_rows; i++) {
        judge_peer(f, peers->rows[i], now);
        judge_peer_clock(f, peers->rows[i]);
        note_peer(f, peers->rows[i]);
    }
    if (peers->n_rows == 0)
        finding_add(f, DOCTOR_WARN, "peers", "a peer section in casewire.conf, then casewire reload",
                    "no other division is known: what is written is held here alone");
}
