/* SPDX-License-Identifier: Apache-2.0 */
/* An outbox that does not open: what stands in its place, and what helps. Only what is nobody's is ever moved for it. */
#include "tool/outbox.h"

#include "lib/outbox.h"

#include <sys/stat.h>
#include <unistd.h>

static bool is_file(const char *path)
{
    struct stat info;

    return lstat(path, &info) == 0 && S_ISREG(info.st_mode);
}

#define NEXT_LEN_MAX (2 * PATH_LEN_MAX + 120)

static void what_helps(const char *path, enum cw_err err, char out[static NEXT_LEN_MAX])
{
    if (err == CW_LOCAL_KEY)
        snprintf(out, NEXT_LEN_MAX,
                 "mv '%s' '%s.of-another'        (it stays whole for whoever can open it; a new outbox begins)", path,
                 path);
    else if (err == CW_LOCAL_FORMAT)
        snprintf(out, NEXT_LEN_MAX, "casewire outbox send        (with the newer version, which can read it)");
    else if (!is_file(path) && access(path, F_OK) == 0)
        snprintf(out, NEXT_LEN_MAX, "mv '%s' '%s.aside'        (a new outbox begins)", path, path);
    else if (err == CW_LOCAL_CORRUPT)
        snprintf(out, NEXT_LEN_MAX,
                 "casewire outbox drop --damaged        (keeps the file under another name; a new outbox begins)");
    else
        snprintf(out, NEXT_LEN_MAX, "ls -ld '%s'        (it must be a file that you can read and write)", path);
}

enum exit_code box_complain_shut(const struct cli *cli, const struct box *box, const struct cw_fault *fault)
{
    char next[NEXT_LEN_MAX];

    if (fault->code == CW_LOCAL_LOCKED)
        return complain(cli, EXIT_TRY_AGAIN,
                        &(struct trouble){"the outbox does not open: nothing was recorded or sent", box->path,
                                          "another command of yours has it, and did not end while this one waited",
                                          "the same command again, when the other has ended"});
    what_helps(box->path, fault->code, next);
    return complain(
        cli, exit_code_of(fault->code),
        &(struct trouble){"the outbox does not open: nothing was recorded or sent", box->path, fault->text, next});
}

enum exit_code box_open_or_begin(const struct cli *cli, struct context *context, struct box *out, char **out_kept)
{
    struct cw_fault fault = {0};
    enum cw_err err = box_try(cli, context, out, &fault);

    if (err == CW_LOCAL_CORRUPT && is_file(out->path)) {
        err = outbox_set_aside(out->path, context->identity, out_kept, &fault);
        if (err == CW_OK)
            err = box_try(cli, context, out, &fault);
    }
    if (err != CW_OK)
        return box_complain_shut(cli, out, &fault);
    box_tell_damage(cli, out);
    return EXIT_DONE;
}
