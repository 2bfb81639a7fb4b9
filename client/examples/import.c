/* SPDX-License-Identifier: Apache-2.0 */
/* Opens a case for each line of standard input: import OUTBOX < TITLES. Killed and started again it goes on where it was. */
#include <casewire/casewire.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct cw_submission *made[CW_BUNDLE_COUNT_MAX];

/* The next lines under one signature. How many; -1: why says it. */
static int sign_some(FILE *in, const struct cw_context *me, struct cw_fault *why)
{
    struct cw_bundle *bundle = NULL;
    size_t room = 0;
    char *line = NULL;
    int count = 0, fine = cw_bundle_new(cw_context_identity(me), &bundle, why) == CW_OK;

    for (; fine && count < CW_BUNDLE_COUNT_MAX && getline(&line, &room, in) >= 0; count += fine) {
        struct cw_slice title = {(const uint8_t *)line, strcspn(line, "\n")};
        struct cw_draft *draft = NULL;

        fine = cw_draft_open("missing_child", &draft, why) == CW_OK;
        if (fine && cw_context_is_synthetic(me))
            cw_draft_synthetic(draft);
        fine = fine && cw_draft_write(draft, "title", CW_SET, title, why) == CW_OK &&
               cw_bundle_add(bundle, draft, (struct cw_wall){time(NULL) * 1000}, why) == CW_OK;
        cw_draft_free(draft);
    }
    fine = fine && (count == 0 || cw_bundle_sign(bundle, made, why) == CW_OK);
    cw_bundle_free(bundle), free(line);
    return fine ? count : -1;
}

int main(int argc, char **argv)
{
    struct cw_outbox_options o = {.size = sizeof o, .path = argc > 1 ? argv[1] : NULL};
    struct cw_fault why = {.text = "give a file for the outbox, of this import alone"};
    struct cw_context *me = NULL;
    struct cw_client *client = NULL;
    struct cw_outbox *outbox = NULL;
    int ok = argc > 1 && cw_context_open(NULL, &me, &why) == CW_OK && cw_context_client(me, &client, &why) == CW_OK &&
             cw_trust_new(cw_context_genesis(me), NULL, &o.trust, &why) == CW_OK;

    o.identity = ok ? cw_context_identity(me) : NULL;
    ok = ok && cw_outbox_open(&o, &outbox, &why) == CW_OK && cw_outbox_attach(outbox, client, NULL, NULL) == CW_OK;
    for (size_t said = ok ? cw_outbox_count(outbox) : 0; said > 0 && !feof(stdin);)
        said -= getchar() == '\n';
    for (int count = 1; ok && count > 0;) {
        count = sign_some(stdin, me, &why);
        ok = count >= 0 && cw_outbox_add(outbox, (const void *)made, (size_t)count, NULL, NULL, &why) == CW_OK &&
             cw_outbox_flush(outbox, 60000, &why) == CW_OK;
        for (int i = 0; i < count; i++)
            cw_submission_free(made[i]);
    }
    printf("%s%s\n", ok ? "all are delivered or refused" : "not all: ", ok ? "" : why.text);
    cw_outbox_close(outbox), cw_client_close(client), cw_trust_free(o.trust), cw_context_close(me);
    return ok ? 0 : 1;
}
