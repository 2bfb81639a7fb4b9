/* SPDX-License-Identifier: Apache-2.0 */
/* feed: what changes, from a place that is kept in a file. */
#include "tool/cmd_feed.h"

#include "tool/feed.h"

#include "lib/answer.h"
#include "lib/feed.h"
#include "lib/link.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define LOOK_MS 1000 /* how often it is looked whether patience has ended */

struct following {
    const struct cli *cli;
    struct feed_choice *choice;
    struct cw_feed *feed;
    const char *format;
    int64_t left;       /* items still to be printed */
    bool to_end;        /* --exit-at-end */
    bool served;        /* a daemon has told something */
    enum cw_err absent; /* why none serves; CW_OK while one does */
    struct cw_mono absent_since;
};

/* --- the cursor ----------------------------------------------------------------------------------------- */

/* What was printed is out of our hands, and on the disk when it goes to a file. */
static enum exit_code flush_items(const struct cli *cli)
{
    bool kept = fflush(stdout) == 0 && !ferror(stdout);

    if (kept && fdatasync(STDOUT_FILENO) != 0)
        kept = errno == EINVAL || errno == EROFS || errno == ENOTSUP; /* a pipe, a terminal */
    if (kept)
        return EXIT_DONE;
    return complain(cli, EXIT_FAILED,
                    &(struct trouble){"the feed was not printed", "standard output", strerror(errno),
                                      "the same command again: it goes on where the cursor is"});
}

/* Only after what it stands for was printed: who is killed in between gets those items again. */
static enum exit_code keep_cursor(struct following *f, struct cw_slice cursor)
{
    struct feed_choice *choice = f->choice;
    enum cw_err err;

    if (choice->cursor_path == NULL || slice_eq(cursor, buf_slice(&choice->cursor)))
        return EXIT_DONE;
    err = file_write(choice->cursor_path, cursor, 0600);
    if (err != CW_OK)
        return complain(f->cli, EXIT_FAILED,
                        &(struct trouble){"the cursor was not kept", choice->cursor_path, strerror(errno),
                                          "the same command again: the last items are told once more"});
    buf_clear(&choice->cursor);
    return buf_add(&choice->cursor, cursor) == CW_OK ? EXIT_DONE : EXIT_FAILED;
}

/* --- what comes ----------------------------------------------------------------------------------------- */

static enum exit_code take_answer(struct following *f, const struct cw_answer *answer, bool *out_over)
{
    struct cw_feed_progress progress = {.size = sizeof(progress)};
    const Cw__FeedItems *items = answer_message(answer)->feed;
    enum exit_code code;

    for (size_t i = 0; i < items->n_items; i++)
        feed_print(f->cli, f->format, items->items[i]);
    code = flush_items(f->cli);
    if (code == EXIT_DONE)
        code = keep_cursor(f, cw_feed_answer_cursor(answer));
    f->left -= (int64_t)items->n_items;
    *out_over =
        f->left <= 0 || (f->to_end && cw_feed_answer_progress(answer, &progress) == CW_OK && progress.level != 0);
    return code;
}

/* --- while nothing comes -------------------------------------------------------------------------------- */

static void tell_presence(struct following *f, enum cw_err err)
{
    if (err == f->absent)
        return;
    f->absent = err;
    f->absent_since = link_now();
    if (err == CW_OK)
        fprintf(stderr, "casewire: the feed goes on\n");
    else if (f->served && !f->to_end)
        fprintf(stderr, "casewire: no daemon serves the feed now (%s): it goes on when one does\n",
                cw_feed_fault(f->feed)->text);
}

static bool is_patient(const struct following *f)
{
    return (f->served && !f->to_end) || link_ms_left(mono_after(f->absent_since, f->cli->timeout_ms)) > 0;
}

static enum exit_code complain_absent(const struct following *f)
{
    const struct cw_fault *fault = cw_feed_fault(f->feed);

    if (fault->code != CW_AGAIN_BEHIND)
        return complain_fault(f->cli, "the feed was not served", fault);
    return complain(f->cli, EXIT_TRY_AGAIN,
                    &(struct trouble){"the feed was not served", f->choice->cursor_path, fault->text,
                                      "the same later, at another daemon, or with --even-if-behind"});
}

static enum exit_code complain_refused(const struct following *f)
{
    const struct cw_fault *fault = cw_feed_fault(f->feed);
    bool of_cursor = f->choice->options.start == CW_FEED_CURSOR && strcmp(fault->where, "cursor") == 0;

    if (!of_cursor)
        return complain_fault(f->cli, "the feed was refused", fault);
    return complain(f->cli, exit_code_of(fault->code),
                    &(struct trouble){"the feed was refused", f->choice->cursor_path, fault->text,
                                      "casewire feed --from ANOTHERFILE --snapshot"});
}

/* --- all of it ------------------------------------------------------------------------------------------ */

static enum exit_code follow(struct following *f)
{
    enum exit_code code = EXIT_DONE;
    bool over = false;

    while (code == EXIT_DONE && !over) {
        struct cw_answer *answer = NULL;
        enum cw_err err = cw_feed_next(f->feed, LOOK_MS, &answer);

        if (err == CW_OK) {
            tell_presence(f, CW_OK);
            f->served = true;
            code = take_answer(f, answer, &over);
            cw_answer_close(answer);
        } else if (cw_err_class_of(err) == CW_CLASS_AGAIN) {
            tell_presence(f, err);
            code = is_patient(f) ? EXIT_DONE : complain_absent(f);
        } else if (err != CW_LOCAL_NOT_FOUND) {
            code = complain_refused(f);
        }
    }
    return code;
}

static void tell_beginning(const struct following *f)
{
    if (f->choice->fresh && f->choice->options.start == CW_FEED_NOW && !cli_flag(f->cli, "follow"))
        fprintf(stderr, "casewire: %s is new: what changes from now on is told\n", f->choice->cursor_path);
}

static enum exit_code start(struct following *f, struct context *context)
{
    enum exit_code code = feed_choose(f->cli, context, f->choice);

    if (code != EXIT_DONE)
        return code;
    if (cli_flag(f->cli, "count"))
        f->choice->options.window_items = 1; /* the cursor must not run ahead of what is printed */
    if (cw_feed_open(context->client, &f->choice->options, &f->feed) != CW_OK)
        return complain_fault(f->cli, "the feed was refused", cw_client_fault(context->client));
    feed_trust_names(f->feed); /* feed_choose() has looked them up, and says which is nearest */
    f->absent_since = link_now();
    tell_beginning(f);
    code = follow(f);
    cw_feed_close(f->feed);
    return code;
}

static enum exit_code check_format(const struct cli *cli, const char *format)
{
    const char *bad = format != NULL ? feed_template_check(format) : NULL;

    if (bad == NULL)
        return EXIT_DONE;
    return complain(cli, EXIT_USAGE,
                    &(struct trouble){"the template was not understood", bad, "there is no such letter behind %",
                                      "casewire help feed-format"});
}

static enum exit_code run_feed(struct cli *cli)
{
    struct feed_choice *choice = calloc(1, sizeof(*choice));
    struct following f = {.cli = cli, .choice = choice, .format = cli_value(cli, "format")};
    struct context context;
    enum exit_code code = check_format(cli, f.format);

    CW_ASSERT(choice != NULL);
    f.to_end = cli_flag(cli, "exit-at-end");
    if (code == EXIT_DONE && !cli_number(cli, "count", 1, INT64_MAX, INT64_MAX, &f.left))
        code = EXIT_USAGE;
    if (code == EXIT_DONE)
        code = context_start(cli, &context);
    if (code == EXIT_DONE) {
        code = start(&f, &context);
        context_close(&context);
    }
    feed_choice_done(choice);
    free(choice);
    return code;
}

static const struct cli_option options[] = {
    {"from", "FILE", "go on from the cursor in FILE, and keep it there; a new file begins as the next options say"},
    {"since", "TIME", "begin with what was logged since: 90s, 30m, 8h or 3d ago, or a time"},
    {"snapshot", NULL, "begin with every case as it is now"},
    {"beginning", NULL, "begin with the first op of all"},
    {"follow", NULL, "begin now: what changes from here on (the default)"},
    {"count", "N", "end after N items (-n N)"},
    {"exit-at-end", NULL, "end when everything that the daemon has was told"},
    {"format", "TEMPLATE", "print each item so: casewire help feed-format"},
    {"kind", "KIND", "only this kind of case, as county_line, or of entity, as phone"},
    {"division", "DIVISION", "only what this division wrote; of a case as it is now: in which it wrote"},
    {"risk", "TEXT", "only cases of this risk, as lists show it"},
    {"owner", "DIVISION", "only cases that this division owns"},
    {"tag", "TEXT", "only cases with this tag"},
    {"area", "TEXT", "only cases of this area"},
    {"case", "CASE", "only this case"},
    {"operation", "OPERATION", "only this operation, and what is linked to it"},
    {"by-state", NULL, "with --from after a long time: each changed case once, instead of each op"},
    {"views", NULL, "with --json: also the case's fields as they are now"},
    {"records", NULL, "also certificates, policies, keys and erasures"},
    {"even-if-behind", NULL, "go on although the daemon lacks what the cursor names: when that is lost for good"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_feed = {
    .noun = "feed",
    .group = GROUP_WORK,
    .summary = "what changes, without gaps, from a place kept in a file",
    .about =
        "Runs until it is interrupted, or --count or --exit-at-end ends it. Of options given more than once, one must "
        "fit; different ones must all fit.\n\n"
        "Causes come before effects. The cursor in the file is of this reader and means the same at every daemon; it "
        "is kept after what it stands for was printed, so who is killed gets at most the last items again, with the "
        "same ids. When a daemon dies, the feed goes on at the next one of the context.\n\n"
        "An item is an op, a case as it is now, a correction - the case shows something else without a new op - or a "
        "record. Its flags: late (it stands before one told already), again (told, and judged otherwise since), "
        "cause-missing (it names an op that has not arrived), revising (a correction follows), outside (the case may "
        "have left what was chosen), unopened (it comes again), conflict and settled (of fields that it writes), "
        "same-child "
        "(another record of a child that was asked for by one of its cases).\n\n"
        "A regional unit's certificate reads this and nothing else: other commands that ask about cases or the daemon "
        "are "
        "refused. It is told no running text, no names, no missing child's title and no compartmented case, and names "
        "a --case by its whole reference.",
    .examples = "  casewire feed --from ~/.feed --snapshot\n"
                "  casewire feed --since 8h --exit-at-end --risk high\n"
                "  casewire feed --kind missing_child --format '%t %c %w'\n"
                "  casewire feed --from mine.cursor --json | my-program\n",
    .options = options,
    .json = "@FeedItem why:s",
    .run = run_feed,
};
