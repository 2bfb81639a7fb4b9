/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/cmd_status.h"
#include "tool/progress.h"

#include "lib/fault.h"
#include "lib/link.h"
#include "proto/wire.h"

#include <time.h>

/* Between two questions; the daemon is asked, never the disk. */
#define ASK_AGAIN_MS 50

static bool only_people_can_settle(ProtobufCBinaryData reason)
{
    static const char end[] = "cases are in conflict";
    size_t len = sizeof(end) - 1;

    return reason.len >= len && memcmp(reason.data + reason.len - len, end, len) == 0;
}

bool status_exchanged(const Cw__Status *status, bool strict)
{
    for (size_t i = 0; i < status->n_reasons; i++)
        if (strict || !only_people_can_settle(status->reasons[i]))
            return false;
    return status->in_sync || (!strict && status->n_reasons > 0);
}

static bool all_in_step(const Cw__Peers *peers, int64_t wanted)
{
    int64_t in_step = 0;

    for (size_t i = 0; i < peers->n_rows; i++)
        in_step += slice_eq(wire_slice(peers->rows[i]->state), slice_of("in step")) ||
                   slice_eq(wire_slice(peers->rows[i]->state), slice_of("in-step"));
    return in_step >= wanted;
}

/* One look: *out_reached, and the first reason why not for the complaint at the end. */
static enum exit_code look(const struct cli *cli, struct context *c, int64_t peers_wanted, bool *out_reached,
                           char reason[static PLAIN_LEN_MAX])
{
    struct cw_answer *status, *peers;
    const Cw__Status *s;

    if (cw_client_status(c->client, cli->timeout_ms, &status) != CW_OK)
        return complain_fault(cli, "the daemon did not say how it is", cw_client_fault(c->client));
    s = answer_message(status)->status;
    *out_reached = status_exchanged(s, cli_flag(cli, "strict"));
    snprintf(reason, PLAIN_LEN_MAX, "fewer divisions are connected than asked for");
    if (!*out_reached && s->n_reasons > 0)
        plain_reason(wire_slice(s->reasons[0]), reason);
    cw_answer_close(status);
    if (!*out_reached || peers_wanted == 0)
        return EXIT_DONE;
    if (cw_client_peers(c->client, cli->timeout_ms, &peers) != CW_OK)
        return complain_fault(cli, "the daemon did not list its peers", cw_client_fault(c->client));
    *out_reached = all_in_step(answer_message(peers)->peers, peers_wanted);
    cw_answer_close(peers);
    return EXIT_DONE;
}

static enum exit_code wait_loop(struct cli *cli, struct context *c, struct cw_mono deadline)
{
    const struct timespec pause = {0, ASK_AGAIN_MS * 1000000L};
    char reason[PLAIN_LEN_MAX];
    enum exit_code code;
    struct progress p;
    bool reached = false;
    int64_t peers;

    if (!cli_number(cli, "peers", 0, 300, 0, &peers))
        return EXIT_USAGE;
    progress_begin(&p, cli, "waiting");
    while ((code = look(cli, c, peers, &reached, reason)) == EXIT_DONE && !reached && link_ms_left(deadline) > 0) {
        progress_say(&p, reason);
        nanosleep(&pause, NULL);
    }
    progress_end(&p);
    if (code == EXIT_DONE && !reached)
        code = complain(cli, EXIT_TIMED_OUT,
                        &(struct trouble){"not in sync in the time given", NULL, reason, "casewire peers"});
    return code;
}

static enum exit_code run_wait_sync(struct cli *cli)
{
    struct context context;
    struct cw_mono deadline = mono_after(link_now(), cli->timeout_ms);
    enum exit_code code = context_start(cli, &context);

    if (code == EXIT_DONE)
        code = wait_loop(cli, &context, deadline);
    context_close(&context);
    if (code == EXIT_DONE && cli->json)
        json_print(cli, json_pack("{s:b}", "in_sync", 1));
    else if (code == EXIT_DONE && !cli->quiet)
        printf("in sync\n");
    return code;
}

static const struct cli_option wait_options[] = {
    {"peers", "N", "at least so many divisions are connected and in step"},
    {"strict", NULL, "also until no case is in conflict"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_wait_sync = {
    .noun = "wait-sync",
    .group = GROUP_DAEMON,
    .summary = "wait until nothing is left to exchange",
    .about = "Ends with 5 when --timeout came first. Open conflicts are for people, so they do not hold it up unless "
             "--strict is "
             "given.",
    .examples = "  casewire wait-sync --timeout 60 --peers 2\n",
    .options = wait_options,
    .json = "in_sync:b",
    .run = run_wait_sync,
};
