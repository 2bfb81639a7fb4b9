/* SPDX-License-Identifier: Apache-2.0 */
/* Passphrases: read byte by byte, never through a buffer of the C library that nobody wipes. */
#include "tool/agent.h"
#include "tool/context.h"

#include "proto/sign.h"

#include <errno.h>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

void passphrase_done(struct buf *passphrase)
{
    if (passphrase->data != NULL)
        wipe(passphrase->data, passphrase->cap);
    buf_done(passphrase);
}

/* One line without its end; false at the end of the input or when it is too long. */
static bool read_line(int fd, struct buf *out)
{
    /* All at once: growing would leave copies behind. */
    if (buf_reserve(out, PASSPHRASE_LEN_MAX) != CW_OK)
        return false;
    while (out->len < PASSPHRASE_LEN_MAX) {
        ssize_t got = read(fd, out->data + out->len, 1);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0 && out->len > 0;
        if (out->data[out->len] == '\n')
            return true;
        out->len += out->data[out->len] != '\r';
    }
    return false;
}

static bool read_hidden(const char *what, struct buf *out)
{
    struct termios shown, hidden;
    bool got;

    if (tcgetattr(STDIN_FILENO, &shown) != 0)
        return false;
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    fputs(what, stderr);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    got = read_line(STDIN_FILENO, out);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    fputc('\n', stderr);
    return got;
}

static enum exit_code ask(const struct cli *cli, const char *what, bool confirm, struct buf *out)
{
    struct buf again = {0};
    bool same = true;

    if (!read_hidden(what, out))
        return complain(cli, EXIT_DENIED,
                        &(struct trouble){"no passphrase was given", "the terminal",
                                          "the input ended, or it was too long", "the same command again"});
    if (confirm) {
        same = read_hidden("The same again: ", &again) && slice_eq(buf_slice(out), buf_slice(&again));
        passphrase_done(&again);
    }
    return same ? EXIT_DONE
                : complain(cli, EXIT_USAGE,
                           &(struct trouble){"nothing was done", "the terminal",
                                             "the two passphrases were not the same", "the same command again"});
}

static enum exit_code read_file(const struct cli *cli, const char *path, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool got;

    if (fd < 0)
        return complain(cli, EXIT_DENIED,
                        &(struct trouble){"the passphrase cannot be read", path, "no such file, or not yours", NULL});
    got = read_line(fd, out) || out->len == 0; /* an empty file is an empty passphrase */
    close(fd);
    return got ? EXIT_DONE
               : complain(cli, EXIT_DENIED,
                          &(struct trouble){"the passphrase cannot be read", path, "its first line is too long", NULL});
}

enum exit_code passphrase_get(const struct cli *cli, const char *option, const char *what, bool confirm,
                              struct buf *out)
{
    const char *path = cli_value(cli, option);
    char where[48];

    if (path != NULL)
        return read_file(cli, path, out);
    if (isatty(STDIN_FILENO) == 1)
        return ask(cli, what, confirm, out);
    snprintf(where, sizeof(where), "--%s", option);
    if (confirm) /* a new one: nobody can have logged in with it */
        return complain(cli, EXIT_DENIED,
                        &(struct trouble){"a new passphrase is needed", where,
                                          "it is to protect a key, and there is no terminal to ask on",
                                          "write it into a file of yours alone (chmod 600), and name that here"});
    return complain(cli, EXIT_DENIED,
                    &(struct trouble){"a passphrase is needed", where,
                                      "the key is protected, nobody is logged in, and there is no terminal to ask on",
                                      "casewire login"});
}
