/* SPDX-License-Identifier: Apache-2.0 */
#include "main/say.h"

#include "host/journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

int say_exit_code(enum cw_err err)
{
    return err == CW_OK ? EXIT_SUCCESS
           : err == CW_LOCAL_CONFIG || err == CW_LOCAL_KEY || err == CW_LOCAL_FORMAT || err == CW_LOCAL_LOCKED ||
                   err == CW_REFUSED_NETWORK
               ? EXIT_CONFIG
               : EXIT_FAILURE;
}

const char *say_text(enum cw_err err, const struct refusal *why)
{
    return why->text[0] != '\0' ? why->text : cw_err_sentence(err);
}

enum cw_err say_why(struct daemon *d, const char *id, enum cw_err err, const struct refusal *why)
{
    const char *text = say_text(err, why);

    if (err == CW_OK)
        return err;
    if (d->journal != NULL)
        journal_write(d->journal, LOG_LEVEL_ALARM, id, text);
    else
        (void)fprintf(stderr, "casewired: %s\n", text);
    return err;
}

enum cw_err say_problems(const struct problems *p, enum cw_err err)
{
    for (uint32_t i = 0; i < p->count; i++)
        (void)fprintf(stderr, "casewired: %s\n", p->text[i]);
    if (p->more != 0)
        (void)fprintf(stderr, "casewired: and %" PRIu32 " more\n", p->more);
    if (err != CW_OK && p->count == 0)
        (void)fprintf(stderr, "casewired: %s\n", cw_err_sentence(err));
    return err;
}
