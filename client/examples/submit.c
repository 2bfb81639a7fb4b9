/* SPDX-License-Identifier: Apache-2.0 */
/* Opens a case, now or when a daemon is in reach: submit TITLE OUTBOX. Who speaks is in $CASEWIRE_HOME. */
#include <casewire/casewire.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

/* Once it returns 1, the statement is on the disk. */
static int say(const char *title, const struct cw_context *me, struct cw_outbox *outbox, struct cw_fault *why)
{
    struct cw_slice text = {(const uint8_t *)title, strlen(title)};
    struct cw_submission *s = NULL;
    struct cw_draft *draft = NULL;
    int safe = cw_draft_open("missing_child", &draft, why) == CW_OK &&
               cw_draft_write(draft, "title", CW_SET, text, why) == CW_OK;

    if (safe && cw_context_is_synthetic(me))
        cw_draft_synthetic(draft);
    safe = safe &&
           cw_draft_sign(draft, cw_context_identity(me), (struct cw_wall){time(NULL) * 1000}, &s, why) == CW_OK &&
           cw_outbox_add(outbox, (const struct cw_submission *[]){s}, 1, NULL, NULL, why) == CW_OK;
    cw_submission_free(s);
    cw_draft_free(draft);
    return safe;
}

int main(int argc, char **argv)
{
    static const char *const states[] = {"?", "queued", "sent", "stored", "held", "refused"};
    struct cw_outbox_options o = {.size = sizeof o, .path = argc > 2 ? argv[2] : NULL};
    struct cw_outbox_entry e = {.size = sizeof e};
    struct cw_fault why = {.text = "give a title, and a file for the outbox"};
    struct cw_context *me = NULL;
    struct cw_client *client = NULL;
    struct cw_outbox *outbox = NULL;
    int safe = argc > 2 && cw_context_open(NULL, &me, &why) == CW_OK && cw_context_client(me, &client, &why) == CW_OK &&
               cw_trust_new(cw_context_genesis(me), NULL, &o.trust, &why) == CW_OK;

    o.identity = safe ? cw_context_identity(me) : NULL;
    safe = safe && cw_outbox_open(&o, &outbox, &why) == CW_OK && say(argv[1], me, outbox, &why);
    if (!safe)
        fprintf(stderr, "submit: %s\n", why.text);
    else if (cw_outbox_attach(outbox, client, NULL, NULL) != CW_OK || cw_outbox_flush(outbox, 5000, &why) != CW_OK)
        fprintf(stderr, "submit: it waits: %s\n", why.text);
    for (size_t i = 0; safe && cw_outbox_at(outbox, i, &e) == CW_OK; i++)
        printf("%llu %s %s\n", (unsigned long long)e.number, states[e.state], e.fault.text);
    cw_outbox_close(outbox);
    cw_client_close(client);
    cw_trust_free(o.trust);
    cw_context_close(me);
    return safe ? 0 : 1;
}
