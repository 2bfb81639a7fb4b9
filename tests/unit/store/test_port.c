/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/store/lab.h"

#include "tests/unit/support/mem_store.h"

/*
 * The simulator believes in tests/unit/support/mem_store: this holds it and the driver to the same answers,
 * call by call, over the same random turns.
 */

static struct lab lab;
static struct store *real;
static struct mem_store *memory;
static struct store_port port;

static void set_up(void)
{
    lab_init(&lab);
    real = lab_open(&lab);
    memory = mem_store_new(1, 2);
    mem_store_port(memory, &port);
}

static void set_up_ahead(void)
{
    lab_init(&lab);
    lab.write_ahead_len = LAB_WRITE_AHEAD_LEN;
    real = lab_open(&lab);
    memory = mem_store_new(1, 2);
    mem_store_port(memory, &port);
}

static void tear_down(void)
{
    store_close(real);
    mem_store_free(memory);
    lab_done(&lab);
}

struct both {
    struct store_txn *real;
    struct kv_txn *memory;
};

static uint64_t state;

static uint32_t draw(uint32_t bound)
{
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(state >> 33) % bound;
}

/* Short keys over two letters and a zero, so that prefixes and neighbours abound; now and then none at all. */
static struct cw_slice draw_key(uint8_t out[static 4])
{
    size_t len = draw(5);

    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)draw(3);
    return slice(out, len);
}

static void begin(struct both *b, bool writes)
{
    ck_assert_int_eq(writes ? store_begin(real, &b->real) : store_begin_read(real, &b->real), CW_OK);
    ck_assert_int_eq(writes ? port.begin_write(port.ctx, &b->memory) : port.begin_read(port.ctx, &b->memory), CW_OK);
}

static void end(struct both *b, bool keep)
{
    if (keep) {
        ck_assert_int_eq(store_commit(&b->real), CW_OK);
        ck_assert_int_eq(port.commit(port.ctx, b->memory), CW_OK);
    } else {
        store_abort(&b->real);
        port.abort(port.ctx, b->memory);
    }
}

static void compare_get(struct both *b)
{
    uint8_t raw[4];
    struct cw_slice key = draw_key(raw), x = {0}, y = {0};

    ck_assert_int_eq(store_get(b->real, LAB_ROWS, key, &x), port.get(b->memory, (enum table)LAB_ROWS, key, &y));
    ck_assert(slice_eq(x, y));
}

static void compare_step(struct both *b)
{
    uint8_t raw[4];
    struct cw_slice from = draw_key(raw);
    bool after = draw(2) == 0, back = draw(2) == 0;
    struct store_pair x = {0};
    struct kv_pair y = {0};
    enum cw_err a = (back ? store_prev : store_next)(b->real, LAB_ROWS, from, after, &x);
    enum cw_err c = (back ? port.prev : port.next)(b->memory, (enum table)LAB_ROWS, from, after, &y);

    ck_assert_int_eq(a, c);
    ck_assert(slice_eq(x.key, y.key));
    ck_assert(slice_eq(x.value, y.value));
}

static void write_both(struct both *b)
{
    uint8_t raw[4], value[8];
    struct cw_slice key = draw_key(raw);

    if (slice_empty(key))
        return; /* our own mistake, answered differently: never made by the node */
    memset(value, (int)draw(256), sizeof value);
    if (draw(3) == 0) {
        ck_assert_int_eq(store_del(b->real, LAB_ROWS, key), CW_OK);
        ck_assert_int_eq(port.del(b->memory, (enum table)LAB_ROWS, key), CW_OK);
    } else {
        struct cw_slice v = slice(value, draw(sizeof value));

        ck_assert_int_eq(store_put(b->real, LAB_ROWS, key, v), CW_OK);
        ck_assert_int_eq(port.put(b->memory, (enum table)LAB_ROWS, key, v), CW_OK);
    }
}

START_TEST(the_driver_and_the_simulators_store_answer_alike)
{
    state = (uint64_t)_i + 77;
    for (int turn = 0; turn < 15; turn++) {
        struct both b;

        begin(&b, true);
        for (int i = 0; i < 60; i++) {
            write_both(&b);
            compare_get(&b);
            compare_step(&b);
        }
        end(&b, draw(4) != 0);
        begin(&b, false);
        for (int i = 0; i < 60; i++) {
            compare_get(&b);
            compare_step(&b);
        }
        end(&b, false);
    }
}
END_TEST

static void clear_both(bool keep)
{
    struct both b;

    begin(&b, true);
    ck_assert_int_eq(store_clear_backup(b.real), CW_OK);
    ck_assert_int_eq(port.clear_backup(b.memory), CW_OK);
    end(&b, keep);
}

START_TEST(a_backups_mark_goes_with_a_commit_in_both)
{
    struct store_options o = lab_options(&lab);
    char path[LAB_PATH_LEN];
    struct refusal why = {0};

    lab_path(&lab, "copy", path);
    ck_assert_msg(store_copy(real, path, &why) == CW_OK, "%s", why.text);
    store_close(real);
    o.dir = path;
    real = lab_open_with(&o);
    mem_store_mark_backup(memory);
    ck_assert(store_is_backup(real) && port.is_backup(port.ctx));
    clear_both(false);
    ck_assert(store_is_backup(real) && port.is_backup(port.ctx));
    clear_both(true);
    ck_assert(!store_is_backup(real) && !port.is_backup(port.ctx));
}
END_TEST

static void add(Suite *suite, const char *title, SFun fixture)
{
    TCase *t = tcase_create(title);

    tcase_add_checked_fixture(t, fixture, tear_down);
    tcase_add_loop_test(t, the_driver_and_the_simulators_store_answer_alike, 0, 6);
    tcase_add_test(t, a_backups_mark_goes_with_a_commit_in_both);
    suite_add_tcase(suite, t);
}

Suite *suite_port(void)
{
    Suite *suite = suite_create("port");

    add(suite, "port", set_up);
    add(suite, "port ahead", set_up_ahead);
    return suite;
}
