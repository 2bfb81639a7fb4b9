/* SPDX-License-Identifier: Apache-2.0 */
/* What the daemon's own program says of its settings, and of what a start would meet: a line each. */
#include "tool/doctor.h"

#include "lib/fault.h"

/* --- settings ----------------------------------------------------------------------------------------------------------- */

/* The next line of *said, which is taken off. False: there is none. */
static bool next_line(struct cw_slice *said, struct cw_slice *out)
{
    const uint8_t *end = said->len == 0 ? NULL : memchr(said->data, '\n', said->len);
    size_t len = end == NULL ? said->len : (size_t)(end - said->data), whole = end == NULL ? len : len + 1;

    if (said->len == 0)
        return false;
    *out = slice(said->data, len);
    *said = slice(said->data + whole, said->len - whole);
    return true;
}

static bool skip(struct cw_slice *line, const char *begin)
{
    size_t len = strlen(begin);
    bool begins = line->len > len && memcmp(line->data, begin, len) == 0;

    if (begins)
        *line = slice(line->data + len, line->len - len);
    return begins;
}

/* Of one that ends well, only warnings are told: the rest says so. */
static void judge_line(struct findings *f, struct cw_slice line, bool ended_well)
{
    char text[sizeof(f->at[0].text)];
    bool named = skip(&line, "casewired: "), warning = named && skip(&line, "warning: ");

    fault_clean_text(line, text, sizeof(text));
    if (warning || !ended_well)
        finding_add(f, warning ? DOCTOR_WARN : DOCTOR_FAIL, "settings",
                    "casewire.conf(5); casewired --config FILE --check-config", "%s", text);
}

void doctor_judge_config(struct findings *f, const char *config, int ended_with, struct cw_slice said)
{
    struct cw_slice line;
    size_t before = f->count;

    while (next_line(&said, &line))
        judge_line(f, line, ended_with == 0);
    if (ended_with == 0 && f->count == before)
        finding_add(f, DOCTOR_OK, "settings", NULL, "%s, the keys and folders that it names, and their modes are right",
                    config);
    else if (ended_with != 0 && f->count == before)
        finding_add(f, DOCTOR_FAIL, "settings", "casewired --config FILE --check-config",
                    "%s could not be checked (%d)", config, ended_with);
}

/* --- what a start would meet ---------------------------------------------------------------------------------------------- */

/* By the word that its lines begin with. */
static const struct {
    const char *begin, *check, *fix;
} start_checks[] = {
    {"lock: ", "lock", "systemctl status 'casewired@*'; a process that hangs is killed by its unit's watchdog"},
    {"doors: ", "doors", "listen_peers, listen_clients in casewire.conf; ss --listening --tcp --numeric --processes"},
    {"store: ", "store", "casewired --config FILE --verify-store; docs/operations.md, \"A backup, and back again\""},
    {"disk: ", "disk", "make room below state_dir, or raise map_size in casewire.conf"},
};

static bool is_known(const struct findings *f, const char *text)
{
    for (size_t i = 0; i < f->count; i++) {
        if (strcmp(f->at[i].text, text) == 0)
            return true;
    }
    return false;
}

static void judge_start_line(struct findings *f, bool running, struct cw_slice line)
{
    const char *check = "settings", *fix = "casewire.conf(5); casewired --config FILE --check-config";
    char text[sizeof(f->at[0].text)];
    bool wrong = skip(&line, "casewired: "), warning = wrong && skip(&line, "warning: ");

    for (size_t i = 0; i < CW_COUNT(start_checks); i++) {
        if (skip(&line, start_checks[i].begin)) {
            check = start_checks[i].check;
            fix = start_checks[i].fix;
            break;
        }
    }
    fault_clean_text(line, text, sizeof(text));
    if (!is_known(f, text) && !(running && strcmp(check, "lock") == 0))
        finding_add(f, warning ? DOCTOR_WARN : wrong ? DOCTOR_FAIL : DOCTOR_OK, check, wrong ? fix : NULL, "%s", text);
}

void doctor_judge_start(struct findings *f, bool running, struct cw_slice said)
{
    struct cw_slice line;

    while (next_line(&said, &line))
        judge_start_line(f, running, line);
}
