/* SPDX-License-Identifier: Apache-2.0 */
#include "main/health.h"

#include "host/clock.h"
#include "host/journal.h"
#include "net/health.h"
#include "store/store.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* --- reasons --------------------------------------------------------------------------------------------------- */

/* {"ok": true, "reasons": []}: few and short, so that they always fit. */
struct said {
    char *text;
    size_t room, len;
    bool any;
};

static void say(struct said *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct said *s, const char *format, ...)
{
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(s->text + s->len, s->room - s->len, format, args);
    va_end(args);
    CW_ASSERT(len >= 0 && (size_t)len < s->room - s->len); /* our own words, and bounded numbers */
    s->len += (size_t)len;
}

static void say_reason(struct said *s, const char *reason)
{
    say(s, "%s\"%s\"", s->any ? ", " : "", reason);
    s->any = true;
}

static int64_t silent_ms(const struct daemon *d)
{
    return clock_mono().ms - atomic_load(&d->figures.beat_ms);
}

static void alive_reasons(const struct daemon *d, struct said *s)
{
    char text[120];

    if (!atomic_load(&d->figures.serving) || silent_ms(d) < HEALTH_SILENT_MS)
        return;
    (void)snprintf(text, sizeof text, "no turn was finished for %" PRId64 " seconds", silent_ms(d) / 1000);
    say_reason(s, text);
}

static void ready_reasons(const struct daemon *d, struct said *s)
{
    if (!atomic_load(&d->figures.serving))
        say_reason(s, "starting: the store is being read, or the doors are being tried");
    else if (!atomic_load(&d->figures.listening))
        say_reason(s, "not listening: the net process ended, and the one that replaces it has not tried its doors yet");
    if (store_failed(d->store))
        say_reason(s, "the store has failed: the process ends and is started anew");
    else if (store_low_on_space(d->store))
        say_reason(s, "the disk, or map_size, is nearly full: submissions are refused");
}

static bool say_reasons(const struct daemon *d, bool ready, struct said *whole)
{
    char reasons[1024];
    struct said why = {.text = reasons, .room = sizeof reasons};

    reasons[0] = '\0';
    alive_reasons(d, &why);
    if (ready)
        ready_reasons(d, &why);
    say(whole, "{\"ok\": %s, \"division\": \"%s\", \"reasons\": [%s]}\n", why.any ? "false" : "true",
        d->settings.division, reasons);
    return !why.any;
}

bool health_is_ready(const struct daemon *d)
{
    char text[2048];

    return say_reasons(d, true, &(struct said){.text = text, .room = sizeof text});
}

static bool page(void *ctx, enum health_page which, char *body, size_t room, size_t *out_len)
{
    struct said whole = {.text = body, .room = room};
    struct daemon *d = ctx;

    if (which == HEALTH_METRICS)
        return metrics_page(d, body, room, out_len);
    bool well = say_reasons(d, which == HEALTH_READY, &whole);
    *out_len = whole.len;
    return well;
}

/* --- the room -------------------------------------------------------------------------------------------------- */

static void *health_thread(void *ctx)
{
    health_run(((struct daemon *)ctx)->health);
    return NULL;
}

enum cw_err health_room_open(struct daemon *d, struct refusal *why)
{
    struct health_handler handler = {d, page};
    enum cw_err err;

    d->figures.start_ms = clock_wall().ms;
    atomic_store(&d->figures.reload_ms, d->figures.start_ms);
    if (strcmp(d->settings.listen_metrics, "off") == 0)
        return CW_OK;
    err = health_open(d->settings.listen_metrics, &handler, &d->health, why);
    if (err != CW_OK)
        return err;
    d->health_runs = pthread_create(&d->health_thread, NULL, health_thread, d) == 0;
    return d->health_runs ? CW_OK : CW_LOCAL_MEMORY;
}

void health_room_shut(struct daemon *d)
{
    if (d->health_runs) {
        health_stop(d->health);
        (void)pthread_join(d->health_thread, NULL);
    }
    health_close(d->health);
}
