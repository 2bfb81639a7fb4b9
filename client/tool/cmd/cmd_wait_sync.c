/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/admin.h"
#include "tool/cmd_status.h"
#include "tool/progress.h"

#include "lib/fault.h"
#include "lib/link.h"
#include "proto/wire.h"

#include <time.h>

/* Between two questions; the daemon is asked, never the disk. */
#define ASK_AGAIN_MS 50
/*
 * Two divisions that dial each other at once have two connections for a moment, and when the second takes the first's place
 * they are connecting once more. So who asks for divisions is told of those that have been in step for a while; where
 * something is exchanged all the time they are never, and a longer while is enough.
 */
#define STEADY_MS 1000
#define STEADY_ENOUGH_MS 3000

struct sight {
    bool reached;
    bool steady;                /* the divisions that were asked for have been in step for STEADY_MS */
    char reason[PLAIN_LEN_MAX]; /* the first why not, for the complaint at the end */
};

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

/* Of those that are in step since `upto_ms` or before. */
static bool all_in_step(const Cw__Peers *peers, int64_t wanted, int64_t upto_ms)
{
    int64_t in_step = 0;

    for (size_t i = 0; i < peers->n_rows; i++)
        in_step += plain_in_step(peers->rows[i]) && (int64_t)peers->rows[i]->since_ms <= upto_ms;
    return in_step >= wanted;
}

static enum exit_code look(const struct cli *cli, struct context *c, int64_t peers_wanted, struct sight *out)
{
    struct cw_answer *status, *peers;
    const Cw__Status *s;
    int64_t now_ms;

    if (cw_client_status(c->client, cli->timeout_ms, &status) != CW_OK)
        return complain_fault(cli, "the daemon did not say how it is", cw_client_fault(c->client));
    s = answer_message(status)->status;
    now_ms = (int64_t)s->now_ms;
    out->reached = status_exchanged(s, cli_flag(cli, "strict"));
    out->steady = true;
    snprintf(out->reason, PLAIN_LEN_MAX, "fewer divisions are connected than asked for");
    if (!out->reached && s->n_reasons > 0)
        plain_reason(wire_slice(s->reasons[0]), out->reason);
    cw_answer_close(status);
    if (!out->reached || peers_wanted == 0)
        return EXIT_DONE;
    if (cw_client_peers(c->client, cli->timeout_ms, &peers) != CW_OK)
        return complain_fault(cli, "the daemon did not list its peers", cw_client_fault(c->client));
    out->reached = all_in_step(answer_message(peers)->peers, peers_wanted, INT64_MAX);
    out->steady = all_in_step(answer_message(peers)->peers, peers_wanted, now_ms - STEADY_MS);
    cw_answer_close(peers);
    return EXIT_DONE;
}

static enum exit_code wait_loop(struct cli *cli, struct context *c, struct cw_mono deadline)
{
    const struct timespec pause = {0, ASK_AGAIN_MS * 1000000L};
    struct sight seen = {0};
    struct cw_mono enough = {0};
    enum exit_code code;
    struct progress p;
    int64_t peers;

    if (!cli_number(cli, "peers", 0, 300, 0, &peers))
        return EXIT_USAGE;
    progress_begin(&p, cli, "waiting");
    while ((code = look(cli, c, peers, &seen)) == EXIT_DONE && link_ms_left(deadline) > 0) {
        if (seen.reached && enough.ms == 0)
            enough = mono_after(link_now(), STEADY_ENOUGH_MS);
        if (seen.reached && (seen.steady || mono_reached(link_now(), enough)))
            break;
        progress_say(&p, seen.reason);
        nanosleep(&pause, NULL);
    }
    progress_end(&p);
    if (code == EXIT_DONE && !seen.reached)
        code = complain(cli, EXIT_TIMED_OUT,
                        &(struct trouble){"not in sync in the time given", NULL, seen.reason, "casewire peers"});
    return code;
}

static enum exit_code run_wait_sync(struct cli *cli)
{
    struct context context;
    struct cw_mono deadline = mono_after(link_now(), cli->timeout_ms);
    enum exit_code code = admin_or_context(cli, &context);

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
    {"peers", "N", "at least so many divisions are in step, and have been for a second"},
    {"strict", NULL, "also until no case is in conflict"},
    ADMIN_DOOR_OPTIONS,
    {NULL, NULL, NULL},
};

const struct cli_command cmd_wait_sync = {
    .noun = "wait-sync",
    .group = GROUP_DAEMON,
    .operands = "[NAME]",
    .operand_max = 1,
    .summary = "wait until nothing is left to exchange",
    .about = "Ends with 5 when --timeout came first. Open conflicts are for people, so they do not hold it up unless "
             "--strict is "
             "given.\n\nNAME is that of the unit casewired@NAME, whose daemon is asked as its administrator: no keys "
             "are needed.",
    .examples = "  casewire wait-sync --timeout 60 --peers 2\n  casewire wait-sync north\n",
    .options = wait_options,
    .json = "in_sync:b",
    .run = run_wait_sync,
};
