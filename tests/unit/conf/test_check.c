/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/identity.h"

#include "host/file.h"

#include <check.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- a network, a certificate and keys as files ------------------------------------------------------------ */

static char folder[128];
static struct settings settings;
static struct problems problems;
static struct certificate certificate;
static struct key_bundle keys;
static const struct cw_wall now = {1800000000000};

static const char *path_of(const char *name)
{
    static char paths[8][FILE_PATH_LEN_MAX];
    static unsigned int turn;
    char *path = paths[turn++ % 8];

    ck_assert_int_eq(file_join(folder, name, path), CW_OK);
    return path;
}

static void put(const char *name, struct cw_slice bytes, unsigned int mode)
{
    struct refusal why = {0};

    ck_assert_msg(file_write(path_of(name), bytes, mode, &why) == CW_OK, "%s", why.text);
}

static void write_network(uint8_t nonce, struct network_id *out)
{
    struct network_genesis genesis = {.name = slice_of("Mere Vale"), .root_key_count = 1, .threshold = 1};
    uint8_t bytes[NETWORK_GENESIS_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof bytes);

    memset(genesis.nonce, nonce, sizeof genesis.nonce);
    memcpy(genesis.root_keys[0], keys.sign_public, KEY_LEN);
    network_genesis_encode(&genesis, &w);
    put("network", slice(bytes, w.len), 0644);
    network_id_of(slice(bytes, w.len), out);
}

static void write_certificate(void)
{
    uint8_t bytes[CERT_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof bytes);

    certificate_encode(&certificate, &w);
    put("certificate", slice(bytes, w.len), 0644);
}

static void write_key(const char *passphrase, unsigned int mode)
{
    uint8_t bytes[KEYFILE_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof bytes);

    ck_assert_int_eq(keyfile_seal(&keys, slice_of(passphrase), KEYFILE_COST_LAB, &w), CW_OK);
    put("key", slice(bytes, w.len), mode);
}

static void fill_certificate(void)
{
    certificate = (struct certificate){
        .subject = SUBJECT_DAEMON,
        .division = slice_of("NTH"),
        .name = slice_of("north daemon"),
        .not_before = {now.ms - 1000},
        .not_after = {now.ms + 1000},
    };
    memset(certificate.serial, 1, sizeof certificate.serial);
    memset(certificate.issuer.b, 2, sizeof certificate.issuer.b);
    memcpy(certificate.sign_key, keys.sign_public, KEY_LEN);
    memcpy(certificate.seal_key, keys.seal_public, KEY_LEN);
    memcpy(certificate.curve_key, keys.curve_public, KEY_LEN);
}

static void read_settings(const char *more)
{
    char text[4096];

    (void)snprintf(text, sizeof text,
                   "division = NTH\nnetwork_genesis = \"%s\"\ncertificate = \"%s\"\nkey = \"%s\"\n"
                   "state_dir = \"%s\"\nrun_dir = \"%s\"\n%s",
                   path_of("network"), path_of("certificate"), path_of("key"), path_of("state"), path_of("run"), more);
    memset(&problems, 0, sizeof problems);
    ck_assert_msg(settings_parse(slice_of(text), "north.conf", &settings, &problems) == CW_OK, "%s", problems.text[0]);
}

static void set_up(void)
{
    static const uint8_t seed[32] = {7};
    const char *tmp = getenv("TMPDIR");

    ck_assert(crypto_init());
    (void)snprintf(folder, sizeof folder, "%.90s/cw-conf-XXXXXX", tmp != NULL ? tmp : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(unsetenv("CREDENTIALS_DIRECTORY"), 0);
    key_bundle_from_seed(seed, &keys);
    fill_certificate();
    write_network(1, &certificate.network);
    write_certificate();
    write_key("", 0600);
    read_settings("");
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st, (void)kind, (void)where;
    return remove(path);
}

static void tear_down(void)
{
    (void)nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* --- words ---------------------------------------------------------------------------------------------------- */

static bool is_told(const char *words)
{
    for (uint32_t i = 0; i < problems.count; i++) {
        if (strstr(problems.text[i], words) != NULL)
            return true;
    }
    return false;
}

static void check_tells(const char *words)
{
    memset(&problems, 0, sizeof problems);
    ck_assert_int_eq(settings_check(&settings, now, &problems), CW_LOCAL_CONFIG);
    ck_assert_msg(is_told(words), "wanted \"%s\", was told \"%s\"", words, problems.text[0]);
}

static void check_passes(void)
{
    memset(&problems, 0, sizeof problems);
    ck_assert_msg(settings_check(&settings, now, &problems) == CW_OK, "%s", problems.text[0]);
    ck_assert_uint_eq(problems.count, 0);
}

START_TEST(what_belongs_together_passes)
{
    struct identity id;

    check_passes();
    ck_assert_int_eq(identity_load(&settings, &id, &problems), CW_OK);
    ck_assert(ID_EQ(&id.network, &certificate.network));
    ck_assert_int_eq(memcmp(&id.keys, &keys, sizeof keys), 0);
    ck_assert(slice_eq(id.parsed.division, slice_of("NTH")));
    identity_done(&id);
    ck_assert_int_eq(access(path_of("state"), F_OK), -1); /* checking makes nothing */
}
END_TEST

START_TEST(every_problem_is_told_at_once)
{
    ck_assert_int_eq(unlink(path_of("network")), 0);
    ck_assert_int_eq(unlink(path_of("key")), 0);
    certificate.division = slice_of("EST");
    write_certificate();
    put("state", slice_of("a file"), 0600);
    settings.credit_total = settings.credit_peer - 1;
    check_tells("network_genesis: ");
    ck_assert(is_told("key: "));
    ck_assert(is_told("is of division EST, and division is set to NTH"));
    ck_assert(is_told("is not a folder"));
    ck_assert(is_told("credit_total is less than credit_peer"));
    ck_assert_uint_eq(problems.count, 5);
}
END_TEST

START_TEST(what_stands_in_the_file_is_told_with_its_line)
{
    ck_assert_int_eq(unlink(path_of("network")), 0);
    ck_assert_int_eq(unlink(path_of("key")), 0);
    certificate.division = slice_of("EST");
    write_certificate();
    put("state", slice_of("a file"), 0600);
    read_settings("credit_total = \"1 MiB\"\ncredit_peer = \"2 MiB\"\n");
    check_tells("north.conf:2: network_genesis: ");
    ck_assert(is_told("north.conf:3: certificate: is of division EST"));
    ck_assert(is_told("north.conf:4: key: "));
    ck_assert(is_told("north.conf:5: state_dir: "));
    ck_assert(is_told("north.conf:7: credit_total is less than credit_peer"));
    settings.credit_total = settings.credit_peer;
    read_settings("listen_clients = \"tcp://*:4700\"\n"); /* listen_peers is that one, by default */
    check_tells("north.conf:7: listen_peers and listen_clients are the same port");
    read_settings("listen_peers = \"tcp://*:4701\"\n");
    check_tells("north.conf:7: listen_peers and listen_clients are the same port");
    read_settings("");
    settings.credit_total = settings.credit_peer - 1; /* which stand nowhere */
    check_tells("north.conf: credit_total is less than credit_peer");
}
END_TEST

START_TEST(a_key_that_others_may_read_is_refused)
{
    write_key("", 0644);
    check_tells("chmod 600");
}
END_TEST

START_TEST(a_key_that_is_encrypted_is_told_from_one_that_is_not_there)
{
    ck_assert_int_eq(unlink(path_of("key")), 0);
    check_tells("key: No such file or directory");
    put("key.cred", slice_of("x"), 0600);
    check_tells("key is encrypted as ");
    ck_assert(is_told("systemd-run --pipe --wait -p LoadCredentialEncrypted=key:"));
    ck_assert(!is_told("No such file"));
}
END_TEST

START_TEST(another_key_than_the_certificates_is_refused)
{
    static const uint8_t seed[32] = {8};

    key_bundle_from_seed(seed, &keys);
    write_key("", 0600);
    check_tells("key: is not the key that the certificate names");
}
END_TEST

START_TEST(each_of_the_three_keys_is_compared)
{
    uint8_t *const parts[] = {certificate.sign_key, certificate.seal_key, certificate.curve_key};

    for (size_t i = 0; i < CW_COUNT(parts); i++) {
        parts[i][3] ^= 1;
        write_certificate();
        check_tells("key: is not the key that the certificate names");
        parts[i][3] ^= 1;
    }
    write_certificate();
    check_passes();
}
END_TEST

START_TEST(a_damaged_key_is_refused)
{
    put("key", slice_of("not a key at all"), 0600);
    check_tells("key: is damaged");
    put("key", slice_of(""), 0600);
    check_tells("key: ");
}
END_TEST

START_TEST(a_passphrase_is_asked_for_read_and_tried)
{
    write_key("meadow", 0600);
    check_tells("key: has a passphrase: set passphrase");
    put("words", slice_of("meadow\n"), 0600);
    read_settings("");
    (void)snprintf(settings.passphrase, sizeof settings.passphrase, "%s", path_of("words"));
    check_passes();
    put("words", slice_of("meadows\n"), 0600);
    check_tells("the passphrase is wrong");
    put("words", slice_of("meadow\n"), 0640);
    check_tells("passphrase: ");
}
END_TEST

START_TEST(another_network_is_refused)
{
    struct network_id other;

    write_network(2, &other);
    check_tells("certificate: belongs to another network");
}
END_TEST

START_TEST(a_persons_certificate_runs_no_daemon)
{
    certificate.subject = SUBJECT_PERSON;
    write_certificate();
    check_tells("certificate: names no daemon");
}
END_TEST

START_TEST(bytes_that_are_no_record_are_refused)
{
    put("network", slice_of("hello"), 0644);
    put("certificate", slice_of("hello"), 0644);
    check_tells("is not a network's genesis record");
    ck_assert(is_told("is not a certificate"));
}
END_TEST

START_TEST(dates_are_compared_with_the_clock)
{
    memset(&problems, 0, sizeof problems);
    ck_assert_int_eq(settings_check(&settings, (struct cw_wall){now.ms + 1001}, &problems), CW_LOCAL_CONFIG);
    ck_assert(is_told("has expired"));
    memset(&problems, 0, sizeof problems);
    ck_assert_int_eq(settings_check(&settings, (struct cw_wall){now.ms - 1001}, &problems), CW_LOCAL_CONFIG);
    ck_assert(is_told("is not valid yet"));
}
END_TEST

START_TEST(folders_are_looked_at)
{
    ck_assert_int_eq(mkdir(path_of("state"), 0700), 0);
    ck_assert_int_eq(mkdir(path_of("run"), 0700), 0);
    check_passes();
    ck_assert_int_eq(chmod(path_of("state"), 0755), 0);
    check_tells("is open to everybody");
    ck_assert_int_eq(chmod(path_of("state"), 0700), 0);
    ck_assert_int_eq(chmod(path_of("run"), 0755), 0); /* as the unit makes it */
    check_passes();
    ck_assert_int_eq(chmod(path_of("run"), 0777), 0);
    check_tells("is open to everybody: chmod o-w it");
    (void)snprintf(settings.run_dir, sizeof settings.run_dir, "%s", settings.state_dir);
    check_tells("state_dir and run_dir are the same");
    (void)snprintf(settings.run_dir, sizeof settings.run_dir, "%s", path_of("absent/run"));
    check_tells("does not exist and cannot be made");
}
END_TEST

static void add_peer(const char *title, const uint8_t key[static KEY_LEN])
{
    struct settings_peer *p = &settings.peers[settings.peer_count++];

    (void)snprintf(p->title, sizeof p->title, "%s", title);
    (void)snprintf(p->division, sizeof p->division, "WST");
    (void)snprintf(p->address, sizeof p->address, "tcp://192.0.2.7:4700");
    memcpy(p->curve_key, key, KEY_LEN);
}

START_TEST(a_peer_that_is_ourselves_or_another_is_told)
{
    static const uint8_t other[KEY_LEN] = {5};

    add_peer("west", other);
    check_passes();
    add_peer("west-again", other);
    check_tells("peer \"west-again\": has the same curve_key as peer \"west\"");
    settings.peer_count = 1;
    add_peer("mirror", keys.curve_public);
    check_tells("peer \"mirror\": is this daemon itself");
}
END_TEST

START_TEST(doors_that_get_in_each_others_way_are_told)
{
    static const uint8_t west[KEY_LEN] = {5}, east[KEY_LEN] = {6};
    static const char *const ours[] = {"tcp://127.0.0.1:4700", "tcp://localhost:4700", "tcp://[::1]:4700"};

    (void)snprintf(settings.listen_peers, sizeof settings.listen_peers, "tcp://*:4700");
    (void)snprintf(settings.listen_clients, sizeof settings.listen_clients, "tcp://192.0.2.1:4700");
    check_tells("listen_peers and listen_clients are the same port");
    (void)snprintf(settings.listen_peers, sizeof settings.listen_peers, "tcp://192.0.2.2:4700");
    check_passes(); /* two addresses of one host */
    (void)snprintf(settings.listen_peers, sizeof settings.listen_peers, "tcp://*:4700");
    (void)snprintf(settings.listen_clients, sizeof settings.listen_clients, "tcp://*:4701");
    check_passes();
    add_peer("west", west);
    for (size_t i = 0; i < CW_COUNT(ours); i++) {
        (void)snprintf(settings.peers[0].address, sizeof settings.peers[0].address, "%s", ours[i]);
        check_tells("peer \"west\": has the address of this daemon itself");
    }
    (void)snprintf(settings.peers[0].address, sizeof settings.peers[0].address, "tcp://127.0.0.1:4702");
    check_passes(); /* another daemon of the same host */
    add_peer("east", east);
    check_tells("peer \"east\": is of division WST, as peer \"west\" is");
    (void)snprintf(settings.peers[1].division, sizeof settings.peers[1].division, "EST");
    check_passes();
    (void)snprintf(settings.listen_peers, sizeof settings.listen_peers, "tcp://192.0.2.7:4700");
    (void)snprintf(settings.peers[1].address, sizeof settings.peers[1].address, "tcp://192.0.2.7:4700");
    check_tells("peer \"east\": has the address of this daemon itself");
}
END_TEST

START_TEST(credentials_come_first)
{
    ck_assert_int_eq(mkdir(path_of("credentials"), 0700), 0);
    ck_assert_int_eq(setenv("CREDENTIALS_DIRECTORY", path_of("credentials"), 1), 0);
    ck_assert_int_eq(rename(path_of("key"), path_of("credentials/key")), 0);
    ck_assert_int_eq(rename(path_of("certificate"), path_of("credentials/certificate")), 0);
    ck_assert_int_eq(rename(path_of("network"), path_of("credentials/network_genesis")), 0);
    ck_assert_int_eq(chmod(path_of("credentials/key"), 0440), 0); /* as an ACL shows */
    check_passes();

    write_key("meadow", 0600);
    ck_assert_int_eq(rename(path_of("key"), path_of("credentials/key")), 0);
    put("credentials/passphrase", slice_of("meadow"), 0400);
    check_passes();
}
END_TEST

START_TEST(a_credential_made_of_a_file_that_others_may_read_is_refused)
{
    ck_assert_int_eq(mkdir(path_of("credentials"), 0700), 0);
    ck_assert_int_eq(setenv("CREDENTIALS_DIRECTORY", path_of("credentials"), 1), 0);
    write_key("", 0600);
    ck_assert_int_eq(rename(path_of("key"), path_of("credentials/key")), 0);
    write_key("", 0644);
    check_tells("holds a secret and has mode 0644: chmod 600 it");
    ck_assert_int_eq(chmod(path_of("key"), 0600), 0);
    check_passes();
}
END_TEST

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* these turn mlock into nothing */
/* In a child that gives up the privilege to lock, so that the folder can still be removed. */
static bool told_without_locking(bool strict)
{
    const struct rlimit none = {0, 0};
    pid_t child = fork();
    int status;

    ck_assert_int_ge(child, 0);
    if (child == 0) {
        if (setrlimit(RLIMIT_MEMLOCK, &none) != 0 || (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0))
            _exit(2);
        settings.strict_memory = strict;
        (void)settings_check(&settings, now, &problems);
        _exit(is_told("strict_memory: keys cannot be kept out of swap") ? 1 : 0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) != 2);
    return WEXITSTATUS(status) == 1;
}

START_TEST(keys_that_cannot_be_locked_are_told_when_that_matters)
{
    ck_assert(told_without_locking(true));
    ck_assert(!told_without_locking(false));
}
END_TEST
#endif

Suite *suite_check(void)
{
    Suite *suite = suite_create("check");
    TCase *t = tcase_create("check");

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, what_belongs_together_passes);
    tcase_add_test(t, every_problem_is_told_at_once);
    tcase_add_test(t, what_stands_in_the_file_is_told_with_its_line);
    tcase_add_test(t, a_key_that_others_may_read_is_refused);
    tcase_add_test(t, a_key_that_is_encrypted_is_told_from_one_that_is_not_there);
    tcase_add_test(t, another_key_than_the_certificates_is_refused);
    tcase_add_test(t, each_of_the_three_keys_is_compared);
    tcase_add_test(t, a_damaged_key_is_refused);
    tcase_add_test(t, a_passphrase_is_asked_for_read_and_tried);
    tcase_add_test(t, another_network_is_refused);
    tcase_add_test(t, a_persons_certificate_runs_no_daemon);
    tcase_add_test(t, bytes_that_are_no_record_are_refused);
    tcase_add_test(t, dates_are_compared_with_the_clock);
    tcase_add_test(t, folders_are_looked_at);
    tcase_add_test(t, a_peer_that_is_ourselves_or_another_is_told);
    tcase_add_test(t, doors_that_get_in_each_others_way_are_told);
    tcase_add_test(t, credentials_come_first);
    tcase_add_test(t, a_credential_made_of_a_file_that_others_may_read_is_refused);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    tcase_add_test(t, keys_that_cannot_be_locked_are_told_when_that_matters);
#endif
    suite_add_tcase(suite, t);
    return suite;
}
