/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/table.h"

#include <stdio.h>

const char *const settings_log_levels[] = {"debug", "info", "warning", "alarm", NULL};

static const struct {
    const char *name;
    uint64_t len;
} units[] = {
    {"TiB", (uint64_t)1 << 40},
    {"GiB", (uint64_t)1 << 30},
    {"MiB", (uint64_t)1 << 20},
    {"KiB", (uint64_t)1 << 10},
    {"B", 1},
};

/* --- one reader per type: false when the text is not of it; what would be is said elsewhere ---------------- */

static bool all_of(const char *text, const char *allowed)
{
    return text[strspn(text, allowed)] == '\0';
}

static bool copy_bounded(const char *text, size_t least, size_t greatest, char *out)
{
    size_t len = strlen(text);

    if (len < least || len > greatest)
        return false;
    memcpy(out, text, len + 1);
    return true;
}

static bool read_code(const char *text, char *out)
{
    return all_of(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") && copy_bounded(text, 1, DIVISION_LEN_MAX, out);
}

static bool is_clean(const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (c < 0x20 || c == 0x7f)
            return false;
    }
    return true;
}

static bool read_path(const struct setting *row, const char *text, char *out)
{
    return text[0] == '/' && is_clean(text) && copy_bounded(text, row->least, row->greatest, out);
}

static bool read_digits(const char **text, uint64_t *out)
{
    uint64_t value = 0;
    const char *at = *text;

    if (*at < '0' || *at > '9')
        return false;
    for (; *at >= '0' && *at <= '9'; at++) {
        uint64_t digit = (uint64_t)(*at - '0');

        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *text = at;
    *out = value;
    return true;
}

static bool is_port(const char *text, bool wildcard)
{
    uint64_t port;

    if (wildcard && strcmp(text, "*") == 0)
        return true;
    return read_digits(&text, &port) && *text == '\0' && port >= 1 && port <= 65535;
}

/* A name, an IPv4 address, an IPv6 address in brackets, or *. What it resolves to is ZeroMQ's to find out. */
static bool is_host(const char *text, size_t len, bool wildcard)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._";
    char host[SETTINGS_ADDRESS_LEN_MAX + 1];

    if (len == 0 || len > SETTINGS_ADDRESS_LEN_MAX)
        return false;
    memcpy(host, text, len);
    host[len] = '\0';
    if (wildcard && strcmp(host, "*") == 0)
        return true;
    if (host[0] == '[') {
        size_t inside = strspn(host + 1, "0123456789abcdefABCDEF:.%");

        return inside > 0 && strcmp(host + 1 + inside, "]") == 0;
    }
    return all_of(host, allowed);
}

static bool read_address(const char *text, bool wildcard, char *out)
{
    static const char scheme[] = "tcp://";
    const char *host = text + sizeof scheme - 1;
    const char *colon = strrchr(text, ':');

    if (strncmp(text, scheme, sizeof scheme - 1) != 0 || colon == NULL || colon < host)
        return false;
    return is_host(host, (size_t)(colon - host), wildcard) && is_port(colon + 1, wildcard) &&
           copy_bounded(text, 1, SETTINGS_ADDRESS_LEN_MAX, out);
}

/* The loopback's number and not a name: nothing is looked up, and nothing else is listened at by mistake. */
static bool read_watch(const char *text, char *out)
{
    static const char *const places[] = {"tcp://127.0.0.1:", "tcp://[::1]:"};

    if (strcmp(text, "off") == 0 || (text[0] == '/' && is_clean(text)))
        return copy_bounded(text, 2, SETTING_SOCKET_LEN_MAX, out);
    for (size_t i = 0; i < CW_COUNT(places); i++) {
        size_t len = strlen(places[i]);

        if (strncmp(text, places[i], len) == 0)
            return is_port(text + len, false) && copy_bounded(text, 1, SETTINGS_ADDRESS_LEN_MAX, out);
    }
    return false;
}

static bool read_key(const char *text, uint8_t *out)
{
    return strlen(text) == (size_t)KEY_LEN * 2 && hex_parse(text, out, KEY_LEN) == CW_OK;
}

static bool unit_len(const char *name, uint64_t *out)
{
    if (*name == '\0') {
        *out = 1;
        return true;
    }
    for (size_t i = 0; i < CW_COUNT(units); i++) {
        if (strcmp(units[i].name, name) == 0) {
            *out = units[i].len;
            return true;
        }
    }
    return false;
}

static bool read_number(const struct setting *row, const char *text, bool with_unit, uint64_t *out)
{
    uint64_t value, unit = 1;

    if (!read_digits(&text, &value))
        return false;
    if (with_unit) {
        text += strspn(text, " ");
        if (!unit_len(text, &unit) || value > UINT64_MAX / unit)
            return false;
        value *= unit;
    } else if (*text != '\0') {
        return false;
    }
    if (value < row->least || value > row->greatest)
        return false;
    *out = value;
    return true;
}

static bool read_flag(const char *text, bool *out)
{
    *out = strcmp(text, "yes") == 0;
    return *out || strcmp(text, "no") == 0;
}

static bool read_level(const char *text, uint64_t *out)
{
    for (uint64_t i = 0; settings_log_levels[i] != NULL; i++) {
        if (strcmp(settings_log_levels[i], text) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

static bool read_value(const struct setting *row, const char *text, void *at)
{
    switch (row->type) {
    case SETTING_CODE:
        return read_code(text, at);
    case SETTING_PATH:
        return read_path(row, text, at);
    case SETTING_LISTEN:
        return read_address(text, true, at);
    case SETTING_ADDRESS:
        return read_address(text, false, at);
    case SETTING_WATCH:
        return read_watch(text, at);
    case SETTING_KEY:
        return read_key(text, at);
    case SETTING_SIZE:
        return read_number(row, text, true, at);
    case SETTING_COUNT:
        return read_number(row, text, false, at);
    case SETTING_FLAG:
        return read_flag(text, at);
    case SETTING_LEVEL:
        return read_level(text, at);
    }
    return false;
}

/* --- for people -------------------------------------------------------------------------------------------- */

void setting_size_text(uint64_t len, char out[static SETTING_SIZE_TEXT_LEN])
{
    for (size_t i = 0; i < CW_COUNT(units); i++) {
        if (len % units[i].len != 0 || len < units[i].len)
            continue;
        (void)snprintf(out, SETTING_SIZE_TEXT_LEN, "%llu %s", (unsigned long long)(len / units[i].len), units[i].name);
        return;
    }
    (void)snprintf(out, SETTING_SIZE_TEXT_LEN, "0");
}

static void size_range_text(const struct setting *row, char out[static SETTING_EXPECTED_LEN_MAX])
{
    char least[SETTING_SIZE_TEXT_LEN], greatest[SETTING_SIZE_TEXT_LEN];

    setting_size_text(row->least, least);
    setting_size_text(row->greatest, greatest);
    (void)snprintf(out, SETTING_EXPECTED_LEN_MAX, "a size from %s to %s, written as \"16 MiB\"", least, greatest);
}

void setting_type_text(const struct setting *row, char out[static SETTING_EXPECTED_LEN_MAX])
{
    static const char *const texts[] = {
        [SETTING_CODE] = "a division's code: 1 to 16 of A-Z and 0-9, as \"NTH\"",
        [SETTING_LISTEN] = "an address to listen at: \"tcp://HOST:PORT\", where * is any",
        [SETTING_ADDRESS] = "an address: \"tcp://HOST:PORT\"",
        [SETTING_WATCH] = "a socket's path, \"tcp://127.0.0.1:PORT\", \"tcp://[::1]:PORT\", or off",
        [SETTING_KEY] = "a key: 64 hexadecimal digits, lower case",
        [SETTING_FLAG] = "yes or no",
        [SETTING_LEVEL] = "one of debug, info, warning, alarm",
    };

    if (row->type == SETTING_SIZE)
        size_range_text(row, out);
    else if (row->type == SETTING_COUNT)
        (void)snprintf(out, SETTING_EXPECTED_LEN_MAX, "a number from %llu to %llu", (unsigned long long)row->least,
                       (unsigned long long)row->greatest);
    else if (row->type == SETTING_PATH)
        (void)snprintf(out, SETTING_EXPECTED_LEN_MAX, "a path that begins with / and has at most %llu characters",
                       (unsigned long long)row->greatest);
    else
        (void)snprintf(out, SETTING_EXPECTED_LEN_MAX, "%s", texts[row->type]);
}

bool setting_read(const struct setting *row, const char *text, void *base,
                  char expected[static SETTING_EXPECTED_LEN_MAX])
{
    if (read_value(row, text, (uint8_t *)base + row->offset))
        return true;
    setting_type_text(row, expected);
    return false;
}
