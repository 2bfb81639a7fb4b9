/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/table.h"

#define KIB ((uint64_t)1 << 10)
#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)
#define TIB ((uint64_t)1 << 40)

#define AT(member) offsetof(struct settings, member)
#define PATHS 1, SETTINGS_PATH_LEN_MAX

/*
 * To add a setting, add its member to struct settings and one row here. A file that the service manager hands
 * out ($CREDENTIALS_DIRECTORY, by the setting's name) comes before the path given here.
 */
const struct setting settings_table[] = {
    {"division", SETTING_CODE, 0, 0, NULL, "", "Code of the division whose daemon this is, as in its certificate.",
     AT(division)},
    {"network_genesis", SETTING_PATH, PATHS, NULL, "", "The network's genesis record, the same file at every division.",
     AT(network_genesis)},
    {"certificate", SETTING_PATH, PATHS, NULL, "", "This daemon's certificate, as its force's authority issued it.",
     AT(certificate)},
    {"key", SETTING_PATH, PATHS, NULL, "", "This daemon's secret keys; a file that only its owner may read.", AT(key)},
    {"passphrase", SETTING_PATH, PATHS, "", "", "File with the passphrase of `key`; not set: the key file has none.",
     AT(passphrase)},

    {"state_dir", SETTING_PATH, PATHS, "/var/lib/casewire", "",
     "Folder of the store and the keyring, on a local disk; one per division.", AT(state_dir)},
    {"run_dir", SETTING_PATH, PATHS, "/run/casewire", "",
     "Folder of the anchor, which a reboot must take away (tmpfs); one per division.", AT(run_dir)},
    {"admin_socket", SETTING_PATH, 1, SETTING_SOCKET_LEN_MAX, "", "",
     "Socket for the administrator's tool; not set: run_dir/admin.sock.", AT(admin_socket)},

    {"listen_peers", SETTING_LISTEN, 0, 0, "tcp://*:4700", "", "Where other divisions' daemons connect.",
     AT(listen_peers)},
    {"listen_clients", SETTING_LISTEN, 0, 0, "tcp://*:4701", "", "Where officers' programs and regional units connect.",
     AT(listen_clients)},

    {"listen_metrics", SETTING_WATCH, 0, 0, "", "",
     "Where programs that watch this machine ask: /metrics, /healthz, /readyz; not set: run_dir/metrics.sock.",
     AT(listen_metrics)},

    {"credit_peer", SETTING_SIZE, MIB, 64 * MIB, "1 MiB", "bytes",
     "How much one peer may send before it is asked again.", AT(credit_peer)},
    {"credit_total", SETTING_SIZE, MIB, GIB, "8 MiB", "bytes", "The same for all peers together.", AT(credit_total)},
    {"net_memory_max", SETTING_SIZE, 0, 64 * GIB, "256 MiB", "bytes",
     "Memory of the process that faces the network; beyond it, that process alone is replaced. 0: no cap.",
     AT(net_memory_max)},

    {"map_size", SETTING_SIZE, MIB, 64 * TIB, "1 TiB", "bytes",
     "Greatest size of the store. Only address space: the file grows with what is in it.", AT(map_size)},
    {"reserve", SETTING_SIZE, 64 * KIB, GIB, "16 MiB", "bytes",
     "Disk space kept back, given up when the disk is full so that deleting stays possible.", AT(reserve)},
    {"low_water", SETTING_SIZE, 0, TIB, "0", "bytes",
     "Free disk space below which submissions are refused; 0: the smaller of 5 % of the disk and 1 GiB.",
     AT(low_water)},
    {"write_ahead", SETTING_SIZE, 0, 512 * MIB, "16 MiB", "bytes",
     "Length of the file that commits go to before the store; 0: none, each commit is the store's own, and slower.",
     AT(write_ahead)},
    {"larger_than_memory", SETTING_FLAG, 0, 0, "no", "", "Whether the store is larger than the machine's memory.",
     AT(larger_than_memory)},
    {"audience_keys", SETTING_COUNT, 16, 65536, "4096", "keys",
     "How many audience keys are held at once: each change of who is a member brings one, and all stay readable.",
     AT(audience_keys)},
    {"case_cache", SETTING_COUNT, 1, 65536, "64", "cases", "How many cases are kept decoded.", AT(case_cache)},
    {"workers", SETTING_COUNT, 0, 64, "0", "threads",
     "Threads that verify, decrypt and answer; 0: as many as there are processors.", AT(workers)},
    {"strict_memory", SETTING_FLAG, 0, 0, "yes", "",
     "Whether to refuse to start when keys cannot be kept out of swap (LimitMEMLOCK).", AT(strict_memory)},

    {"log_level", SETTING_LEVEL, 0, 0, "info", "", "The least important lines that are still written.", AT(log_level)},
    {"lab", SETTING_FLAG, 0, 0, "no", "", "Throw-away network: links may be cut by command, cases are synthetic.",
     AT(lab)},
};
const size_t settings_table_count = CW_COUNT(settings_table);

#undef AT
#define AT(member) offsetof(struct settings_peer, member)

const struct setting settings_peer_table[] = {
    {"division", SETTING_CODE, 0, 0, NULL, "", "Code of the peer's division.", AT(division)},
    {"address", SETTING_ADDRESS, 0, 0, NULL, "", "Where the peer listens for other divisions.", AT(address)},
    {"curve_key", SETTING_KEY, 0, 0, NULL, "", "The peer's transport key, as its certificate names it.", AT(curve_key)},
};
const size_t settings_peer_table_count = CW_COUNT(settings_peer_table);

_Static_assert(CW_COUNT(settings_table) < SETTINGS_ROWS_MAX, "the parser's arrays are of fixed size");

const struct setting *setting_find(const struct setting *table, size_t count, const char *name, size_t *out_index)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(table[i].name, name) == 0) {
            *out_index = i;
            return &table[i];
        }
    }
    return NULL;
}

int settings_line(const struct settings *s, const char *name)
{
    size_t index = 0;
    const struct setting *row = setting_find(settings_table, settings_table_count, name, &index);

    CW_ASSERT(row != NULL);
    return s->lines[index];
}
