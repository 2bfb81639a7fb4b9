/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/outbox.h"

#include "lib/fault.h"
#include "lib/link.h"

#include <time.h>

#define TRY_AGAIN_MS 50
#define SAY_AFTER_MS 500

static void tell_waiting(const struct cli *cli, const char *path)
{
    if (!cli->json && !cli->quiet)
        fprintf(stderr, "casewire: waits for the outbox, which another command has: %s\n", path);
}

/* There is no lock of a file that gives up after a while, and a tool that sleeps for a moment costs nobody anything. */
enum cw_err box_open_patiently(const struct cli *cli, const struct cw_outbox_options *options, int64_t patience_ms,
                               struct cw_outbox **out, struct cw_fault *fault)
{
    const struct timespec pause = {.tv_nsec = TRY_AGAIN_MS * 1000000L};
    struct cw_mono began = link_now();
    enum cw_err err = cw_outbox_open(options, out, fault);
    bool told = false;

    while (err == CW_LOCAL_LOCKED && !mono_reached(link_now(), mono_after(began, patience_ms))) {
        if (!told && mono_reached(link_now(), mono_after(began, SAY_AFTER_MS))) {
            tell_waiting(cli, options->path);
            told = true;
        }
        nanosleep(&pause, NULL);
        err = cw_outbox_open(options, out, fault);
    }
    return err;
}

enum cw_err box_try(const struct cli *cli, struct context *context, struct box *out, struct cw_fault *fault)
{
    struct cw_outbox_options options = {.size = sizeof(options), .identity = context->identity};
    enum cw_err err;

    *out = (struct box){.context = context};
    if (!path_join(out->path, context->home, "outbox"))
        return fault_set(fault, CW_LOCAL_IO, "path", "the path of the home folder is too long");
    err = cw_trust_new(buf_slice(&context->genesis), context->network, &out->trust, fault);
    options.path = out->path;
    options.trust = out->trust;
    if (err == CW_OK)
        err = box_open_patiently(cli, &options, BOX_PATIENCE_MS, &out->outbox, fault);
    if (err != CW_OK)
        box_close(out);
    return err;
}

enum exit_code box_open(const struct cli *cli, struct context *context, struct box *out)
{
    struct cw_fault fault = {0};

    if (box_try(cli, context, out, &fault) != CW_OK)
        return box_complain_shut(cli, out, &fault);
    box_tell_damage(cli, out);
    return EXIT_DONE;
}

void box_close(struct box *box)
{
    cw_outbox_close(box->outbox);
    cw_trust_free(box->trust);
    box->outbox = NULL;
    box->trust = NULL;
}

static bool has_work(const struct box *box)
{
    struct cw_outbox_entry e = {.size = sizeof(e)};

    for (size_t i = 0; i < cw_outbox_count(box->outbox); i++)
        if (cw_outbox_at(box->outbox, i, &e) == CW_OK && !cw_outbox_is_done(&e))
            return true;
    return false;
}

/* The certificates first: with them each receipt is believed at once, and nothing goes twice. */
enum cw_err box_deliver(const struct cli *cli, struct box *box, cw_outbox_watch *watch, void *watching,
                        struct cw_fault *fault)
{
    struct cw_mono end = mono_after(link_now(), cli->timeout_ms);
    struct cw_client *client = box->context->client;
    enum cw_err err;
    int left;

    if (!has_work(box))
        return CW_OK;
    err = cw_trust_fetch(box->trust, client, cli->timeout_ms, fault);
    if (err != CW_OK)
        return err;
    err = cw_outbox_attach(box->outbox, client, watch, watching);
    if (err != CW_OK)
        return fault_plain(fault, err, "outbox");
    left = link_ms_left(end);
    err = cw_outbox_flush(box->outbox, left > 0 ? left : 1, fault);
    cw_outbox_detach(box->outbox);
    return err;
}
