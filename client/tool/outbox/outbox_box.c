/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/outbox.h"

#include "lib/fault.h"
#include "lib/link.h"

static void tell_damage(const struct cli *cli, const struct box *box)
{
    for (size_t i = 0; i < cw_outbox_damage_count(box->outbox); i++) {
        const struct cw_outbox_damage *d = cw_outbox_damage_at(box->outbox, i);
        char whose[40] = "";

        if (cli->json)
            continue; /* `outbox list` has them */
        if (d->number != 0)
            snprintf(whose, sizeof(whose), ", of entry %llu", (unsigned long long)d->number);
        fprintf(stderr, "casewire: %s: bytes %llu to %llu cannot be read%s%s\n", box->path,
                (unsigned long long)d->offset, (unsigned long long)(d->offset + d->len - 1), whose,
                d->unfinished ? ": unfinished, as by a program that was killed" : "; the rest is whole");
    }
}

enum exit_code box_open(const struct cli *cli, struct context *context, struct box *out)
{
    struct cw_outbox_options options = {.size = sizeof(options), .identity = context->identity};
    struct box box = {.context = context};
    struct cw_fault fault = {0};
    enum cw_err err;

    *out = (struct box){.context = context};
    if (!path_join(box.path, context->home, "outbox"))
        return complain(cli, EXIT_CONFIG, &(struct trouble){"the outbox does not open", context->home, NULL, NULL});
    err = cw_trust_new(buf_slice(&context->genesis), context->network, &box.trust, &fault);
    options.path = box.path;
    options.trust = box.trust;
    if (err == CW_OK)
        err = cw_outbox_open(&options, &box.outbox, &fault);
    if (err != CW_OK) {
        box_close(&box);
        return complain_fault(cli, "the outbox does not open", &fault);
    }
    *out = box;
    tell_damage(cli, out);
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
