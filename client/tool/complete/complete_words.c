/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/complete.h"

#include <strings.h>

void complete_line(struct completion *c, const char *word, const char *what)
{
    if (c->line_count >= COMPLETE_LINES_MAX || strncasecmp(word, c->start, strlen(c->start)) != 0)
        return;
    fprintf(c->out, "%s", word);
    if (what != NULL && what[0] != '\0')
        fprintf(c->out, "\t%s", what);
    fputc('\n', c->out);
    c->line_count++;
}

/* --- reading --------------------------------------------------------------------------------------------- */

static const struct cli_option *find_option(const struct cli_option *options, const char *name, size_t len)
{
    for (; options != NULL && options->name != NULL; options++)
        if (strlen(options->name) == len && strncmp(options->name, name, len) == 0)
            return options;
    return NULL;
}

static const struct cli_option *option_of(const struct completion *c, const char *word)
{
    size_t len = strcspn(word + 2, "=");
    const struct cli_option *found = find_option(cli_common_options, word + 2, len);

    return found == NULL && c->command != NULL ? find_option(c->command->options, word + 2, len) : found;
}

static void note_value(struct completion *c, const char *name, const char *value)
{
    const struct {
        const char *name;
        const char **at;
    } places[] = {{"lab", &c->lab}, {"as", &c->as}, {"home", &c->home}, {"context", &c->context}, {"dir", &c->dir}};

    for (size_t i = 0; i < CW_COUNT(places); i++)
        if (strcmp(name, places[i].name) == 0)
            *places[i].at = value;
}

static bool has_verbs(const struct cli_command *const *commands, const char *noun)
{
    for (; *commands != NULL; commands++)
        if (strcmp((*commands)->noun, noun) == 0 && (*commands)->verb != NULL)
            return true;
    return false;
}

/* A word that is no option: the noun, its verb, or an operand. */
static void take_word(struct completion *c, const char *word)
{
    if (c->command != NULL) {
        if (c->words_count < (int)CW_COUNT(c->words))
            c->words[c->words_count] = word;
        c->words_count++;
    } else if (c->noun != NULL) {
        c->command = cli_find(c->commands, c->noun, word);
        c->lost = c->command == NULL;
    } else if (has_verbs(c->commands, word)) {
        c->noun = word;
    } else {
        c->command = cli_find(c->commands, word, NULL);
        c->lost = c->command == NULL;
    }
}

static void take_option(struct completion *c, int *at, int last, char *const *words)
{
    const struct cli_option *o = option_of(c, words[*at]);
    const char *equals = strchr(words[*at], '=');

    if (o == NULL || o->value == NULL)
        return;
    if (equals != NULL) {
        note_value(c, o->name, equals + 1);
    } else if (*at + 1 == last) { /* its value is at the cursor */
        c->option = o->name;
        c->placeholder = o->value;
    } else {
        note_value(c, o->name, words[++*at]);
    }
}

/* "CASE FIELD=VALUE...": the word for operand number `index`; the last repeats when it ends with dots. */
static const char *operand_at(const char *operands, int index, char *out, size_t cap)
{
    const char *word = operands;

    for (int i = 0; word != NULL && *word != '\0'; i++) {
        size_t len = strcspn(word, " ");
        bool repeats = strstr(word, "...") != NULL && strchr(word, ' ') == NULL;

        if (i == index || repeats) {
            size_t skip = strspn(word, "[");

            snprintf(out, cap, "%.*s", (int)strcspn(word + skip, " .]"), word + skip);
            return out;
        }
        word += len;
        word += strspn(word, " ");
    }
    return NULL;
}

void complete_read(struct completion *c, const struct cli_command *const *commands, int count, char *const *words)
{
    static char placeholder[32];

    c->commands = commands;
    c->start = count > 0 ? words[count - 1] : "";
    for (int i = 0; i + 1 < count; i++) {
        if (strncmp(words[i], "--", 2) == 0)
            take_option(c, &i, count - 1, words);
        else if (words[i][0] != '-')
            take_word(c, words[i]);
    }
    if (c->option == NULL && c->command != NULL)
        c->placeholder = operand_at(c->command->operands, c->words_count, placeholder, sizeof(placeholder));
}

/* --- offering -------------------------------------------------------------------------------------------- */

static void offer_options(struct completion *c, const struct cli_option *options)
{
    char name[64];

    for (; options != NULL && options->name != NULL; options++) {
        snprintf(name, sizeof(name), "--%s", options->name);
        complete_line(c, name, options->text);
    }
}

static void offer_nouns(struct completion *c)
{
    for (const struct cli_command *const *at = c->commands; *at != NULL; at++) {
        bool again = at != c->commands && strcmp(at[-1]->noun, (*at)->noun) == 0;

        if (!(*at)->hidden && !again)
            complete_line(c, (*at)->noun, (*at)->verb == NULL ? (*at)->summary : help_group_names[(*at)->group]);
    }
}

static void offer_verbs(struct completion *c)
{
    for (const struct cli_command *const *at = c->commands; *at != NULL; at++)
        if (!(*at)->hidden && (*at)->verb != NULL && strcmp((*at)->noun, c->noun) == 0)
            complete_line(c, (*at)->verb, (*at)->summary);
}

static void offer_topics(struct completion *c)
{
    for (const struct help_topic *t = help_topics; t->name != NULL; t++)
        complete_line(c, t->name, t->summary);
    offer_nouns(c);
}

struct word_list {
    const char *placeholder;
    const char *const words[8];
};

static bool offer_list(struct completion *c)
{
    static const struct word_list lists[] = {
        {"WHEN", {"auto", "always", "never"}},
        {"SHELL", {"bash", "zsh", "fish"}},
        {"HOLDER", {"daemon", "person", "regional", "auditor"}},
        {"NONE", {"none"}},
    };

    for (size_t i = 0; i < CW_COUNT(lists); i++) {
        if (strcmp(lists[i].placeholder, c->placeholder) != 0)
            continue;
        for (const char *const *word = lists[i].words; *word != NULL; word++)
            complete_line(c, *word, NULL);
        return true;
    }
    return false;
}

static void offer_operand(struct completion *c)
{
    if (strcmp(c->placeholder, "FILE") == 0 || strcmp(c->placeholder, "PATH") == 0)
        fputs(":files\n", c->out);
    else if (strcmp(c->placeholder, "DIR") == 0)
        fputs(":folders\n", c->out);
    else if (strcmp(c->placeholder, "TOPIC") == 0)
        offer_topics(c);
    else if (!offer_list(c) && !complete_schema(c))
        complete_live(c);
}

void complete_offer(struct completion *c)
{
    if (c->lost)
        return;
    if (c->option == NULL && c->start[0] == '-') {
        offer_options(c, cli_common_options);
        offer_options(c, c->command != NULL ? c->command->options : NULL);
    } else if (c->placeholder != NULL) {
        offer_operand(c);
    } else if (c->command == NULL && c->noun != NULL) {
        offer_verbs(c);
    } else if (c->command == NULL) {
        offer_nouns(c);
    }
}
