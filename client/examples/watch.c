/* SPDX-License-Identifier: Apache-2.0 */
/* Tells what changes, from where it stopped last: watch CURSORFILE [--to-end]. Who speaks is in $CASEWIRE_HOME. */
#include <casewire/casewire.h>

#include <stdio.h>

static uint8_t cursor[CW_FEED_CURSOR_LEN_MAX];

static int keep(const char *path, struct cw_slice bytes)
{
    char fresh[1000];
    FILE *file = snprintf(fresh, sizeof fresh, "%s.new", path) < (int)sizeof fresh ? fopen(fresh, "wb") : NULL;

    if (file == NULL)
        return 0;
    fwrite(bytes.data, 1, bytes.len, file);
    return !ferror(file) && fclose(file) == 0 && rename(fresh, path) == 0;
}

static int tell(const struct cw_answer *answer, const char *path)
{
    struct cw_feed_item item = {.size = sizeof item};

    for (size_t i = 0; cw_feed_item(answer, i, &item) == CW_OK; i++)
        printf("%.*s\t%.*s\t%.*s\n", (int)item.reference.len, item.reference.data, (int)item.author.len,
               item.author.data, (int)item.what.len, item.what.data);
    return fflush(stdout) == 0 && keep(path, cw_feed_answer_cursor(answer));
}

int main(int argc, char **argv)
{
    struct cw_feed_options options = {.size = sizeof options, .start = CW_FEED_SNAPSHOT};
    struct cw_feed_progress progress = {.size = sizeof progress};
    struct cw_context *context = NULL;
    struct cw_client *client = NULL;
    struct cw_feed *feed = NULL;
    struct cw_fault fault = {.text = "name a file for the cursor"};
    FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
    int to_end = argc > 2, told;

    if (file != NULL) {
        options.start = CW_FEED_CURSOR;
        options.cursor = (struct cw_slice){cursor, fread(cursor, 1, sizeof cursor, file)};
        fclose(file);
    }
    told = argc > 1 && cw_context_open(NULL, &context, &fault) == CW_OK &&
           cw_context_client(context, &client, &fault) == CW_OK && cw_feed_open(client, &options, &feed) == CW_OK;
    for (struct cw_answer *answer = NULL; told && !(to_end && progress.level); answer = NULL) {
        told = cw_feed_next(feed, to_end ? 30000 : -1, &answer) == CW_OK && tell(answer, argv[1]) &&
               cw_feed_answer_progress(answer, &progress) == CW_OK;
        cw_answer_close(answer);
    }
    if (!told)
        fprintf(stderr, "watch: %s\n", feed != NULL ? cw_feed_fault(feed)->text : fault.text);
    cw_feed_close(feed);
    cw_client_close(client);
    cw_context_close(context);
    return told ? 0 : 1;
}
