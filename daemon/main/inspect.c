/* SPDX-License-Identifier: Apache-2.0 */
#include "main/inspect.h"

#include "host/clock.h"
#include "host/file.h"
#include "main/files.h"
#include "main/plug.h"
#include "main/say.h"
#include "node/node.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

int inspect_config(struct daemon *d)
{
    static struct problems problems;
    enum cw_err err = crypto_init() ? settings_check(&d->settings, clock_wall(), &problems) : CW_LOCAL_SELF_TEST;

    if (say_problems(&problems, err) != CW_OK)
        return EXIT_CONFIG;
    printf("%s: in order\n", d->settings.file);
    return EXIT_SUCCESS;
}

int inspect_store(struct daemon *d)
{
    struct buf genesis = {0};
    struct refusal why = {0};
    struct verify_facts facts = {0};
    enum cw_err err = crypto_init() ? CW_OK : CW_LOCAL_SELF_TEST;

    if (err == CW_OK)
        err = file_read(d->settings.network_genesis, NETWORK_GENESIS_LEN_MAX, FILE_PUBLIC, &genesis, &why);
    if (err == CW_OK)
        err = files_open_store(d, true, &why);
    if (err == CW_OK) {
        struct store_port port = plug_store(d->store);

        err = node_verify_store(&port, buf_slice(&genesis), &facts, &why);
        store_close(d->store);
    }
    buf_done(&genesis);
    printf("%" PRIu64 " logs, %" PRIu64 " seals, %" PRIu64 " entries, %" PRIu64 " blobs, %" PRIu64 " ops, %" PRIu64
           " cases, %" PRIu64 " index rows\n",
           facts.logs, facts.seals, facts.entries, facts.blobs, facts.ops, facts.cases, facts.index_rows);
    if (err != CW_OK)
        (void)fprintf(stderr, "casewired: %s %s\n", why.where, why.text[0] != '\0' ? why.text : cw_err_sentence(err));
    else
        puts("the store is whole");
    return err == CW_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
