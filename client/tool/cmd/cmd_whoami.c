/* SPDX-License-Identifier: Apache-2.0 */
/* whoami: as whom, to which daemon, with which key, and for how long. Needs no daemon. */
#include "tool/cmd_login.h"

#include "tool/context.h"
#include "tool/out.h"

#include "lib/agent.h"
#include "lib/fault.h"
#include "lib/when.h"
#include "proto/keyfile.h"
#include "proto/schema.h"

#include <unistd.h>

enum key_state { KEY_MISSING, KEY_CLEAR, KEY_LOCKED, KEY_LOGGED_IN };

static const char *const state_words[] = {"missing", "in clear", "locked", "logged in"};

struct self {
    struct context context;
    struct buf key, cert;
    struct certificate parsed;
    struct cert_id id;
    enum key_state state;
    struct agent_hello hello;
};

static void ask_agent(struct self *self)
{
    char name[AGENT_NAME_LEN_MAX];
    int folder;

    if (agent_folder_open(NULL, false, &folder, NULL) != CW_OK)
        return;
    agent_name_of(&self->id, name);
    if (agent_greet(folder, name, &self->hello) == CW_OK && ID_EQ(&self->hello.cert, &self->id))
        self->state = KEY_LOGGED_IN;
    close(folder);
}

static enum exit_code look(const struct cli *cli, struct self *self)
{
    enum exit_code code = context_read_keys(cli, self->context.home, &self->key, &self->cert);

    if (code != EXIT_DONE)
        return code;
    if (certificate_parse(buf_slice(&self->cert), &self->parsed) != CW_OK)
        return complain(cli, EXIT_CONFIG,
                        &(struct trouble){"the certificate cannot be read", self->context.home,
                                          "it is damaged, or of a newer version", "casewire authority list --dir DIR"});
    cert_id_of(buf_slice(&self->cert), &self->id);
    self->state = keyfile_needs_passphrase(buf_slice(&self->key)) ? KEY_LOCKED : KEY_CLEAR;
    ask_agent(self);
    return EXIT_DONE;
}

static void role_text(const struct certificate *cert, char *out, size_t cap)
{
    size_t used = 0;

    out[0] = '\0';
    for (uint32_t i = 0; i < cert->role_count; i++) {
        const char *code = schema_role_code(cert->roles[i]);
        int len = snprintf(out + used, cap - used, "%s%s", i > 0 ? ", " : "", code != NULL ? code : "?");

        if (len < 0 || (size_t)len >= cap - used)
            return;
        used += (size_t)len;
    }
}

static struct cw_wall login_end(const struct self *self)
{
    return (struct cw_wall){when_now().ms + self->hello.left_ms};
}

static void print_key(const struct cli *cli, const struct self *self)
{
    char when[WHEN_TEXT_LEN_MAX];

    switch (self->state) {
    case KEY_LOGGED_IN:
        when_london(login_end(self), false, when);
        printf("  key       %slogged in%s until %s, %llu signature%s so far\n", tone_on(cli, TONE_GOOD), tone_off(cli),
               when, (unsigned long long)self->hello.signed_count, self->hello.signed_count == 1 ? "" : "s");
        break;
    case KEY_CLEAR:
        printf("  key       %sin clear%s: whoever reads the file speaks as you; for throw-away labs only\n",
               tone_on(cli, TONE_CAREFUL), tone_off(cli));
        break;
    case KEY_LOCKED:
        printf("  key       %slocked%s: casewire login opens it for a shift\n", tone_on(cli, TONE_CAREFUL),
               tone_off(cli));
        break;
    case KEY_MISSING:
        break;
    }
}

static void print_text(const struct cli *cli, const struct self *self)
{
    const struct certificate *cert = &self->parsed;
    char name[100], division[20], roles[200], id[2 * SHORT_ID_LEN + 1], network[2 * SHORT_ID_LEN + 1];
    char when[WHEN_TEXT_LEN_MAX];
    bool over = cert->not_after.ms <= when_now().ms;

    fault_clean_text(cert->name, name, sizeof(name));
    fault_clean_text(cert->division, division, sizeof(division));
    role_text(cert, roles, sizeof(roles));
    hex_of(slice(self->id.b, SHORT_ID_LEN), id);
    hex_of(slice(self->context.network, SHORT_ID_LEN), network);
    when_london(cert->not_after, false, when);
    printf("%s%s%s (%s%s%s)\n", tone_on(cli, TONE_HEAD), name, tone_off(cli), division, roles[0] != '\0' ? ": " : "",
           roles);
    print_key(cli, self);
    printf("  cert      %s, %svalid until %s%s\n", id, over ? "NO LONGER " : "", when,
           over ? ": ask for a new one" : "");
    printf("  network   %s\n", network);
    for (size_t i = 0; i < self->context.file.daemon_count; i++)
        printf("  %-9s %s\n", i == 0 ? "daemon" : "or", self->context.file.daemons[i].address);
    printf("  home      %s\n", self->context.home);
}

static void print_json(const struct cli *cli, const struct self *self)
{
    const struct certificate *cert = &self->parsed;
    char name[100], division[20], id[2 * CW_ID_LEN + 1], network[2 * CW_ID_LEN + 1], until[WHEN_TEXT_LEN_MAX];
    json_t *roles = json_array(), *daemons = json_array(), *object;

    fault_clean_text(cert->name, name, sizeof(name));
    fault_clean_text(cert->division, division, sizeof(division));
    hex_of(slice(self->id.b, CW_ID_LEN), id);
    hex_of(slice(self->context.network, CW_ID_LEN), network);
    when_utc(cert->not_after, until);
    for (uint32_t i = 0; i < cert->role_count; i++) {
        const char *code = schema_role_code(cert->roles[i]);

        json_array_append_new(roles, json_string(code != NULL ? code : "unrecognised"));
    }
    for (size_t i = 0; i < self->context.file.daemon_count; i++)
        json_array_append_new(daemons, json_string(self->context.file.daemons[i].address));
    object = json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:o, s:s, s:s}", "name", name, "division", division, "roles",
                       roles, "cert", id, "not_after", until, "network", network, "daemons", daemons, "home",
                       self->context.home, "key", state_words[self->state]);
    if (self->state == KEY_LOGGED_IN) {
        when_utc(login_end(self), until);
        json_object_set_new(object, "until", json_string(until));
        json_object_set_new(object, "signatures", json_integer((json_int_t)self->hello.signed_count));
    }
    json_print(cli, object);
}

enum exit_code whoami_show(const struct cli *cli, const char *home)
{
    struct self self = {.state = KEY_MISSING};
    char id[2 * CW_ID_LEN + 1];
    enum exit_code code = context_open(cli, home, &self.context);

    if (code == EXIT_DONE)
        code = look(cli, &self);
    if (code == EXIT_DONE && cli->json) {
        print_json(cli, &self);
    } else if (code == EXIT_DONE && cli->quiet) {
        hex_of(slice(self.id.b, CW_ID_LEN), id);
        printf("%s\n", id);
    } else if (code == EXIT_DONE) {
        print_text(cli, &self);
    }
    passphrase_done(&self.key); /* without a passphrase the file is the secret itself */
    buf_done(&self.cert);
    context_close(&self.context);
    return code;
}

static enum exit_code run_whoami(struct cli *cli)
{
    char home[PATH_LEN_MAX];
    enum exit_code code = context_home(cli, NULL, home);

    return code == EXIT_DONE ? whoami_show(cli, home) : code;
}

const struct cli_command cmd_whoami = {
    .noun = "whoami",
    .group = GROUP_YOU,
    .summary = "as whom you speak, and whether you are logged in",
    .about = "Also to which daemon, and until when the certificate is valid. Needs no daemon.",
    .examples = "  casewire whoami\n  casewire whoami --as officer@north\n",
    .json = "name:s division:s roles:[s] cert:h not_after:t network:h daemons:[s] home:s key:s until:t? signatures:i?",
    .run = run_whoami,
};
