/* SPDX-License-Identifier: Apache-2.0 */
#include "main/plug.h"

#include "host/anchor_file.h"
#include "host/clock.h"
#include "host/entropy.h"
#include "host/journal.h"
#include "host/keyring_file.h"
#include "main/reload.h"
#include "node/duties.h"

static struct cw_mono port_mono(void *ctx)
{
    (void)ctx;
    return clock_mono();
}

static struct cw_wall port_wall(void *ctx)
{
    (void)ctx;
    return clock_wall();
}

static void port_sign(void *ctx, enum label label, struct cw_slice bytes, struct signature *out)
{
    const struct identity *id = ctx;

    sign_bytes(label, &id->network, bytes, &id->keys.sign, out);
}

static const struct box_secret *port_seal_secret(void *ctx)
{
    return &((const struct identity *)ctx)->keys.seal;
}

static enum cw_err port_anchor_read(void *ctx, uint8_t *out, size_t len)
{
    return anchor_file_read(ctx, out, len);
}

static enum cw_err port_anchor_write(void *ctx, const uint8_t *bytes, size_t len)
{
    return anchor_file_write(ctx, bytes, len);
}

static void port_boot_id(void *ctx, uint8_t out[static 16])
{
    (void)ctx;
    boot_id_read(out);
}

static enum cw_err port_keyring_read(void *ctx, uint64_t offset, uint8_t *out, size_t len)
{
    return keyring_file_read(ctx, offset, out, len);
}

static enum cw_err port_keyring_write(void *ctx, uint64_t offset, const uint8_t *bytes, size_t len)
{
    return keyring_file_write(ctx, offset, bytes, len);
}

static void port_journal(void *ctx, enum journal_level level, const char *id, const char *text,
                         const struct journal_about *about)
{
    static const enum log_level levels[] = {
        [JOURNAL_DEBUG] = LOG_LEVEL_DEBUG,
        [JOURNAL_INFO] = LOG_LEVEL_INFO,
        [JOURNAL_WARNING] = LOG_LEVEL_WARNING,
        [JOURNAL_ALARM] = LOG_LEVEL_ALARM,
    };

    const struct journal_fields fields = {.peer = about != NULL ? about->peer : NULL,
                                          .code = about != NULL ? about->code : NULL,
                                          .case_id = about != NULL ? about->case_id : NULL,
                                          .log = about != NULL ? about->log : NULL,
                                          .roles = about != NULL ? about->roles : NULL};

    journal_write_about(ctx, levels[level], id, text, &fields);
}

static void port_duty(void *ctx, const struct duty_notice *notice)
{
    struct daemon *d = ctx;
    size_t event = (size_t)notice->event - DUTY_DUE_SOON;

    if (event < FIGURES_DUTIES)
        atomic_fetch_add(&d->figures.duties[event], 1);
}

void plug_in(struct daemon *d)
{
    d->ports = (struct ports){
        .store = plug_store(d->store),
        .clock = {NULL, port_mono, port_wall},
        .entropy = {NULL, entropy_fill},
        .signer = {&d->identity, port_sign, port_seal_secret},
        .net = plug_net(d),
        .anchor = {d->anchor, port_anchor_read, port_anchor_write, port_boot_id},
        .keyring = {d->keyring, port_keyring_read, port_keyring_write},
        .journal = {d->journal, port_journal},
        .settings = reload_port(d),
        .duty = {d, port_duty},
    };
}
