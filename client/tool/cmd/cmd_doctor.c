/* SPDX-License-Identifier: Apache-2.0 */
/* doctor: a daemon and its machine looked at in one go. */
#include "tool/cmd_doctor.h"

#include "tool/admin.h"
#include "tool/doctor.h"
#include "tool/page.h"
#include "tool/settings_ask.h"
#include "tool/view.h"

#include "lib/fault.h"
#include "lib/when.h"

#include <stdlib.h>
#include <sys/timex.h>

#define CHECK_WIDTH 12

/* --- asking -------------------------------------------------------------------------------------------------- */

/* The kernel knows whether something keeps the clock right; reading it needs no right. */
static bool clock_follows(void)
{
    struct timex now = {.modes = 0};

    return adjtimex(&now) != TIME_ERROR && (now.status & STA_UNSYNC) == 0;
}

/* Where nothing runs that could be asked, what the next start would meet; of one that is not watched, its disk. */
static void ask_start(const struct admin_at *at, bool running, struct findings *f)
{
    struct settings_said said;

    if (at->config[0] != '\0' && settings_ask(at->config, "--check-start", true, &said))
        doctor_judge_start(f, running, slice(said.text, said.len));
    else if (!running)
        finding_add(f, DOCTOR_WARN, "start", "casewire doctor NAME, or --config FILE, where its daemon is installed",
                    "ports, store and disk were not looked at: its settings are not known here");
}

static void ask_pages(const struct cli *cli, const struct admin_at *at, struct findings *f)
{
    CW_AUTO(buf_done) struct buf text = {0};
    unsigned status = 0;
    enum cw_err err =
        at->metrics[0] == '\0' ? CW_AGAIN_NO_DAEMON : page_get(at->metrics, "metrics", cli->timeout_ms, &status, &text);

    if (err == CW_OK && status == 200) {
        doctor_judge_metrics(f, buf_slice(&text), when_now());
        return;
    }
    ask_start(at, true, f);
    if (at->metrics[0] == '\0')
        finding_add(f, DOCTOR_WARN, "metrics", "listen_metrics in casewire.conf",
                    "nobody may watch it, as its settings say: map_size, readers and limits were not looked at");
    else
        finding_add(f, DOCTOR_WARN, "metrics", "listen_metrics in casewire.conf, or --metrics WHERE",
                    "it is not watched at %s: map_size, readers and limits were not looked at", at->metrics);
}

static void ask_daemon(const struct cli *cli, struct admin_at *at, struct findings *f)
{
    struct cw_answer *status = NULL, *peers = NULL;
    struct cw_fault fault = {0};
    enum cw_err err = admin_connect(at, &fault);

    if (err == CW_OK)
        err = cw_client_status(at->client, cli->timeout_ms, &status);
    if (err != CW_OK) {
        finding_add(f, DOCTOR_FAIL, "daemon", "systemctl status 'casewired@*'; journalctl -u 'casewired@*' -n 20",
                    "it does not answer at %s: %s", at->socket,
                    at->client != NULL ? cw_client_fault(at->client)->text : fault.text);
        ask_start(at, false, f);
        return;
    }
    finding_add(f, DOCTOR_OK, "daemon", NULL, "it answers at %s", at->socket);
    doctor_judge_status(f, answer_message(status)->status);
    if (cw_client_peers(at->client, cli->timeout_ms, &peers) == CW_OK)
        doctor_judge_peers(f, answer_message(peers)->peers, when_now());
    cw_answer_close(peers);
    cw_answer_close(status);
    ask_pages(cli, at, f);
}

static void ask_settings(const struct admin_at *at, struct findings *f)
{
    if (at->config[0] != '\0' && !doctor_ask_config(f, at->config, "/run"))
        finding_add(f, DOCTOR_WARN, "settings", "install casewired here, or set CASEWIRED",
                    "there is no casewired to check %s with", at->config);
}

/* --- telling ------------------------------------------------------------------------------------------------- */

static enum tone tone_of(enum doctor_state state)
{
    return state == DOCTOR_FAIL ? TONE_BAD : state == DOCTOR_WARN ? TONE_CAREFUL : TONE_GOOD;
}

static json_t *json_of_peer(const struct doctor_peer *p)
{
    json_t *out = json_pack("{s:s}", "division", p->division);

    if (p->version[0] != '\0')
        json_object_set_new(out, "version", json_string(p->version));
    if (p->says_time)
        json_object_set_new(out, "clock_ahead_millis", json_integer(p->clock_ahead_ms));
    return out;
}

static void print_json(const struct cli *cli, const struct findings *f)
{
    json_t *all = json_array(), *peers = json_array();

    for (size_t i = 0; i < f->count; i++)
        json_array_append_new(all, json_pack("{s:s, s:s, s:s, s:s}", "check", f->at[i].check, "state",
                                             doctor_words[f->at[i].state], "text", f->at[i].text, "fix", f->at[i].fix));
    for (size_t i = 0; i < f->peer_count; i++)
        json_array_append_new(peers, json_of_peer(&f->peers[i]));
    json_print(cli,
               json_pack("{s:o, s:s, s:o}", "checks", all, "worst", doctor_words[findings_worst(f)], "peers", peers));
}

static void print_finding(const struct cli *cli, const struct finding *one)
{
    if (!cli->terminal) {
        printf("%s\t%s\t%s\t%s\n", doctor_words[one->state], one->check, one->text, one->fix);
        return;
    }
    printf("%s%-4s%s  %-*s", tone_on(cli, tone_of(one->state)), doctor_words[one->state], tone_off(cli), CHECK_WIDTH,
           one->check);
    view_wrap(one->text, CHECK_WIDTH + 6);
    if (one->fix[0] != '\0')
        printf("%*s%s\n", CHECK_WIDTH + 6, "", one->fix);
}

static enum exit_code tell(const struct cli *cli, const struct findings *f)
{
    if (cli->json)
        print_json(cli, f);
    for (size_t i = 0; i < f->count && !cli->json; i++)
        if (!cli->quiet || f->at[i].state != DOCTOR_OK)
            print_finding(cli, &f->at[i]);
    return findings_worst(f) == DOCTOR_FAIL ? EXIT_FAILED : EXIT_DONE;
}

static enum exit_code run_doctor(struct cli *cli)
{
    struct findings *f = calloc(1, sizeof(*f));
    struct admin_at *at = calloc(1, sizeof(*at));
    const char *config = cli_value(cli, "config");
    enum exit_code code;

    CW_ASSERT(f != NULL && at != NULL);
    code = admin_find(cli, cli->operand_count > 0 ? cli->operands[0] : NULL, at);
    if (code == EXIT_DONE && config != NULL)
        snprintf(at->config, sizeof(at->config), "%s", config);
    if (code == EXIT_DONE) {
        admin_settle_pages(cli, at);
        ask_settings(at, f);
        doctor_judge_clock(f, clock_follows());
        ask_daemon(cli, at, f);
        code = tell(cli, f);
    }
    admin_close(at);
    free(at);
    free(f);
    return code;
}

static const struct cli_option doctor_options[] = {
    ADMIN_OPTIONS,
    {"config", "FILE", "the daemon's settings; with NAME: /etc/casewire/NAME/casewire.conf"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_doctor = {
    .noun = "doctor",
    .group = GROUP_DAEMON,
    .operands = "[NAME]",
    .operand_max = 1,
    .summary = "look at a daemon and its machine, and say what to do",
    .about =
        "Settings, keys and their modes, the clock, the doors (whether strangers are kept out was tried), disk, "
        "store, readers, "
        "descriptors, memory for keys, the certificate's end, alarms, and each other division, with what it runs "
        "and how "
        "far its clock is from this daemon's: ok, warn or fail, "
        "with what to do "
        "about it. Of a daemon that does not answer: what its next start would meet, at its ports, its store and its "
        "disk. With -q only what is not ok.\n\nNAME is that of the unit casewired@NAME. Without it, the "
        "context in use "
        "says where the daemon is. Ends with 1 when something fails, with 0 otherwise.",
    .examples = "  casewire doctor north\n  casewire doctor -q --json\n"
                "  casewire doctor --socket /run/casewire/north/admin.sock \\\n"
                "      --network /etc/casewire/north/network\n",
    .options = doctor_options,
    .json = "checks:[DoctorCheck] worst:s peers:[DoctorPeer]",
    .run = run_doctor,
};
