/* SPDX-License-Identifier: Apache-2.0 */
/* casewire-to-nats: a feed in a NATS JetStream stream. */
#include "nats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Subjects hold it, with dots between words. */
static bool is_prefix(const char *prefix)
{
    return prefix[0] != '\0' && strlen(prefix) <= 60 && prefix[0] != '.' && prefix[strlen(prefix) - 1] != '.' &&
           strstr(prefix, "..") == NULL && strpbrk(prefix, " \t\r\n*>") == NULL;
}

static void drop(struct nats_target *t)
{
    pthread_mutex_destroy(&t->lock);
    pthread_cond_destroy(&t->moved);
    free(t->sent);
    free(t);
    nats_Close();
}

int main(int argc, char **argv)
{
    static const struct bridge_target target = {nats_begin, nats_take, nats_end, "--stream OTHER --prefix OTHER"};
    struct nats_target *t = calloc(1, sizeof(*t));
    struct bridge_options *options = calloc(1, sizeof(*options));
    struct nats_settings set = {.server = "nats://127.0.0.1:4222", .stream = "casewire", .prefix = "casewire"};
    const struct bridge_option own[] = {
        {"server", "URL", "of the NATS server; several with commas between (nats://127.0.0.1:4222)", &set.server},
        {"credentials", "FILE", "of the NATS user", &set.credentials},
        {"stream", "NAME", "of the stream, made when it is not there (casewire)", &set.stream},
        {"prefix", "SUBJECT", "what subjects begin with (casewire)", &set.prefix},
        {NULL, NULL, NULL, NULL},
    };
    int status = 1;

    if (t != NULL && options != NULL)
        status =
            bridge_read_options(argc, argv,
                                "Publishes a feed into a JetStream stream: each item once, from where the stream's "
                                "own cursor is.",
                                own, options);
    if (status < 0 && !is_prefix(set.prefix)) {
        bridge_say("--prefix %s: is words of at most 60 characters with dots between", set.prefix);
        status = 2;
    }
    if (status < 0) {
        t->set = set;
        pthread_mutex_init(&t->lock, NULL);
        pthread_cond_init(&t->moved, NULL);
        status = bridge_run(options, &target, t);
        drop(t);
        t = NULL;
    }
    free(t);
    free(options);
    return status;
}
