/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/context.h"

#include <termios.h>
#include <unistd.h>

#define PASSPHRASE_LEN_MAX 1024

static void cut_line(struct buf *text)
{
    while (text->len > 0 && (text->data[text->len - 1] == '\n' || text->data[text->len - 1] == '\r'))
        text->len--;
}

static bool read_hidden(const char *what, struct buf *out)
{
    struct termios shown, hidden;
    char line[PASSPHRASE_LEN_MAX];
    bool got;

    if (tcgetattr(STDIN_FILENO, &shown) != 0)
        return false;
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    fputs(what, stderr);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    got = fgets(line, sizeof(line), stdin) != NULL;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    fputc('\n', stderr);
    return got && buf_add(out, slice_of(line)) == CW_OK;
}

static enum exit_code ask(const struct cli *cli, const char *what, bool confirm, struct buf *out)
{
    struct buf again = {0};
    bool same = true;

    if (!read_hidden(what, out))
        return complain(cli, EXIT_DENIED, &(struct trouble){"no passphrase was given", NULL, NULL, NULL});
    if (confirm) {
        same = read_hidden("The same again: ", &again) && slice_eq(buf_slice(out), buf_slice(&again));
        buf_done(&again);
    }
    cut_line(out);
    return same ? EXIT_DONE
                : complain(cli, EXIT_USAGE, &(struct trouble){"the two were not the same", NULL, NULL, NULL});
}

enum exit_code passphrase_get(const struct cli *cli, const char *what, bool confirm, struct buf *out)
{
    const char *path = cli_value(cli, "passphrase-file");

    if (path != NULL) {
        if (file_read(path, PASSPHRASE_LEN_MAX, out) != CW_OK)
            return complain(
                cli, EXIT_DENIED,
                &(struct trouble){"the passphrase cannot be read", path, "no such file, or not yours", NULL});
        cut_line(out);
        return EXIT_DONE;
    }
    if (isatty(STDIN_FILENO) == 1)
        return ask(cli, what, confirm, out);
    return complain(cli, EXIT_DENIED,
                    &(struct trouble){"a passphrase is needed", "--passphrase-file",
                                      "the key is protected, and there is no terminal to ask on", NULL});
}
