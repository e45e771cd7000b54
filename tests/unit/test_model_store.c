/* The store of virtual time: it must lose and keep exactly what a disk would. */
#include "sim/model_store.h"
#include "unit.h"

#include <stdlib.h>

struct bench {
    struct model_store *store;
    int64_t next_seq, durable_seq;
    int durable_calls;
};

static void on_durable(void *ctx, int64_t seq)
{
    struct bench *b = ctx;
    b->durable_seq = seq;
    b->durable_calls++;
}

static int setup(void **state)
{
    struct bench *b = mem_new(1, sizeof(*b));
    b->store = model_store_new();
    b->next_seq = 1;
    model_store_attach(b->store, on_durable, b);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    model_store_free(b->store);
    free(b);
    return 0;
}

static struct uuid incident(int n)
{
    return uuid_v7(1000 + n, (const uint8_t[10]){(uint8_t)n});
}

static struct row incident_row(int n, const char *state, bool open)
{
    char id[UUID_TEXT];
    return (struct row){.kind = ROW_INCIDENT,
                        .id = mem_str(uuid_text(incident(n), id)),
                        .incident = incident(n),
                        .open = open,
                        .state = mem_str(state),
                        .body = json_put_int(json_object(), "n", n)};
}

static void append(struct bench *b, int n, const char *state, bool open)
{
    struct record *r = record_new(REC_UPDATED, incident(n));
    r->seq = b->next_seq++;
    struct row row = incident_row(n, state, open);
    const struct store_pin pin = {.hash = "sha256:aa", .kind = "plan", .body = "x", .body_len = 1};
    const struct store_contact contact = {.person = "li.ming", .endpoint = "sms", .value = state};
    const struct store_batch batch = {.records = &r,
                                      .records_count = 1,
                                      .rows = &row,
                                      .rows_count = 1,
                                      .pins = &pin,
                                      .pins_count = 1,
                                      .contacts = &contact,
                                      .contacts_count = 1,
                                      .mark = {.boot_id = "b", .mono = n}};
    const struct store_port *port = model_store_port(b->store);
    port->append(port->ctx, &batch);
    assert_null(row.id);
}

static void count_row(void *ctx, const struct row *row)
{
    (void)row;
    ++*(int *)ctx;
}

static int open_rows(struct bench *b)
{
    int count = 0;
    model_store_load(b->store, false, count_row, &count);
    return count;
}

static void nothing_is_durable_before_the_commit(void **state)
{
    struct bench *b = *state;
    append(b, 1, "open", true);
    append(b, 2, "open", true);
    append(b, 1, "closed", false);
    assert_int_equal(b->durable_calls, 0);
    assert_int_equal(open_rows(b), 0);

    assert_true(model_store_commit(b->store, 2));
    assert_int_equal(b->durable_seq, 2);
    assert_int_equal(open_rows(b), 2);
    assert_true(model_store_commit(b->store, SIZE_MAX));
    assert_int_equal(b->durable_seq, 3);
    assert_int_equal(b->durable_calls, 2);
    assert_int_equal(open_rows(b), 1);
    assert_string_equal(model_store_contact(b->store, "li.ming", "sms"), "closed");
    assert_non_null(model_store_pin(b->store, "sha256:aa"));
    assert_false(model_store_commit(b->store, SIZE_MAX));
}

/* A batch can be on the disk though nobody was told: the next life must find it. */
static void a_crash_keeps_a_prefix_that_nobody_was_told_of(void **state)
{
    struct bench *b = *state;
    append(b, 1, "open", true);
    model_store_commit(b->store, SIZE_MAX);
    append(b, 2, "open", true);
    append(b, 3, "open", true);
    model_store_crash(b->store, 1);
    assert_int_equal(b->durable_seq, 1);
    assert_int_equal(model_store_last_seq(b->store), 2);
    assert_int_equal(open_rows(b), 2);

    struct clock_mark mark;
    assert_true(model_store_mark(b->store, &mark));
    assert_int_equal(mark.mono, 2);
    model_store_attach(b->store, on_durable, b);
    b->next_seq = 3;
    append(b, 3, "active", true);
    model_store_commit(b->store, SIZE_MAX);
    assert_int_equal(b->durable_seq, 3);
}

struct seen {
    enum err err;
    int rows[16];
    size_t count;
    bool more;
    int64_t as_of;
};

static void on_rows(void *ctx, const struct query_result *r)
{
    struct seen *s = ctx;
    *s = (struct seen){.err = r->err, .more = r->more, .as_of = r->as_of};
    for (size_t i = 0; i < r->rows_count; i++)
        s->rows[s->count++] = (int)json_int(r->rows[i].body, "n", 0);
    for (size_t i = 0; i < r->records_count; i++)
        s->rows[s->count++] = (int)r->records[i]->seq;
}

static struct seen ask(struct bench *b, struct query q)
{
    struct seen seen = {.err = ERR_IO};
    const struct store_port *port = model_store_port(b->store);
    port->query(port->ctx, &q, on_rows, &seen);
    model_store_commit(b->store, 0);
    return seen;
}

static void queries_see_what_is_committed(void **state)
{
    struct bench *b = *state;
    for (int n = 1; n <= 5; n++)
        append(b, n, n % 2 ? "open" : "closed", n % 2);
    model_store_commit(b->store, SIZE_MAX);
    append(b, 1, "open", true);

    struct seen s = ask(b, (struct query){.kind = QUERY_LIST, .drill = -1, .limit = 2});
    assert_memory_equal(s.rows, ((int[]){5, 4}), sizeof(int[2]));
    assert_true(s.more);
    assert_int_equal(s.as_of, 5);

    struct query q = {.kind = QUERY_LIST, .drill = 0, .states = {"open"}};
    uuid_text(incident(5), q.cursor);
    s = ask(b, q);
    assert_int_equal(s.count, 2);
    assert_memory_equal(s.rows, ((int[]){3, 1}), sizeof(int[2]));

    s = ask(b, (struct query){.kind = QUERY_EVENTS, .after = 3});
    assert_memory_equal(s.rows, ((int[]){4, 5}), sizeof(int[2]));
    s = ask(b, (struct query){.kind = QUERY_TIMELINE, .incident = incident(2), .upto = 4});
    assert_int_equal(s.count, 1);
    assert_int_equal(ask(b, (struct query){.kind = QUERY_INCIDENT, .incident = incident(9)}).err,
                     ERR_MISSING);
    assert_int_equal(ask(b, (struct query){.kind = QUERY_PIN, .pin = "sha256:bb"}).err,
                     ERR_MISSING);
}

/* As the real one. */
static void the_upkeep_of_plans_stands_in_no_list(void **state)
{
    struct bench *b = *state;
    append(b, 1, "open", true);
    append(b, 2, "upkeep", true);
    model_store_commit(b->store, SIZE_MAX);
    struct seen s = ask(b, (struct query){.kind = QUERY_LIST, .drill = -1});
    assert_int_equal(s.count, 1);
    assert_int_equal(s.rows[0], 1);
    s = ask(b, (struct query){.kind = QUERY_LIST, .drill = -1, .states = {"upkeep"}});
    assert_int_equal(s.count, 1);
    assert_int_equal(s.rows[0], 2);
}

/* As the real one: the message's row, its incident's, and the record that queued it. */
static void one_message_comes_with_its_incident_and_its_record(void **state)
{
    struct bench *b = *state;
    append(b, 1, "open", true);
    append(b, 1, "open", true);
    char id[UUID_TEXT];
    struct row row = {.kind = ROW_NOTICE,
                      .id = mem_str(uuid_text(incident(70), id)),
                      .incident = incident(1),
                      .state = mem_str("sent"),
                      .body = json_put_int(json_put_int(json_object(), "n", 70), "seq", 2)};
    const struct store_batch batch = {.rows = &row, .rows_count = 1};
    const struct store_port *port = model_store_port(b->store);
    port->append(port->ctx, &batch);
    model_store_commit(b->store, SIZE_MAX);
    struct seen s = ask(b, (struct query){.kind = QUERY_NOTICE, .notice = incident(70)});
    assert_int_equal(s.count, 3);
    assert_memory_equal(s.rows, ((int[]){70, 1, 2}), sizeof(int[3]));
    assert_int_equal(ask(b, (struct query){.kind = QUERY_NOTICE, .notice = incident(71)}).err,
                     ERR_MISSING);
}

/* The core goes on with its objects; what is on a disk does not change with them. */
static void rows_are_copies(void **state)
{
    struct bench *b = *state;
    struct row row = incident_row(1, "open", true);
    json_t *body = json_incref(row.body);
    const struct store_batch batch = {.rows = &row, .rows_count = 1};
    const struct store_port *port = model_store_port(b->store);
    port->append(port->ctx, &batch);
    json_put_int(body, "n", 99);
    json_decref(body);
    model_store_commit(b->store, SIZE_MAX);
    assert_int_equal(ask(b, (struct query){.kind = QUERY_LIST, .drill = -1}).rows[0], 1);
}

/* The same as of the real one (test_store.c). */
static void append_record(struct bench *b, enum record_kind kind, int n, const char *secret)
{
    struct record *r = record_new(kind, incident(n));
    r->seq = b->next_seq++;
    if (secret)
        r->sealed = json_put_str(json_object(), "name", secret);
    const struct store_batch batch = {.records = &r, .records_count = 1};
    const struct store_port *port = model_store_port(b->store);
    port->append(port->ctx, &batch);
}

static void on_purged(void *ctx, const struct query_result *r)
{
    int *sealed = ctx;
    assert_int_equal(r->err, ERR_OK);
    for (size_t i = 0; i < r->rows_count; i++)
        assert_null(r->rows[i].body);
    for (size_t i = 0; i < r->records_count; i++)
        *sealed += r->records[i]->sealed != NULL;
}

/* As on a disk: the key goes with the record, and what comes later is not kept either. */
static void a_purge_leaves_nothing_that_was_sealed(void **state)
{
    struct bench *b = *state;
    const struct store_port *port = model_store_port(b->store);
    const struct query row = {.kind = QUERY_INCIDENT, .incident = incident(1)};
    const struct query all = {.kind = QUERY_EVENTS};
    int sealed = 0;
    append(b, 1, "closed", false);
    append_record(b, REC_UPDATED, 1, "SECRET");
    append_record(b, REC_UPDATED, 2, "of another");
    append_record(b, REC_PURGED, 1, NULL);
    append_record(b, REC_UPDATED, 1, "late");
    append(b, 1, "closed", false);
    port->query(port->ctx, &row, on_purged, &sealed);
    port->query(port->ctx, &all, on_purged, &sealed);
    model_store_commit(b->store, 6);
    assert_int_equal(sealed, 1);
}

static void a_hash_is_kept_with_its_holder_until_it_is_forgotten(void **state)
{
    static const uint8_t hash[STORE_HASH_BYTES] = {7, 0, 9};
    static const struct store_secret steps[] = {
        {"key:a", hash, 0}, {"key:a", NULL, 77}, {"key:b", NULL, 5}, {"key:a", NULL, 0}};
    struct bench *b = *state;
    const struct store_port *port = model_store_port(b->store);
    for (size_t n = 0; n < sizeof steps / sizeof *steps; n++) {
        const struct store_batch batch = {.secrets = &steps[n], .secrets_count = 1};
        port->append(port->ctx, &batch);
    }
    assert_null(model_store_secret(b->store, "key:a"));
    model_store_commit(b->store, 3);
    const struct store_secret *kept = model_store_secret(b->store, "key:a");
    assert_non_null(kept);
    assert_memory_equal(kept->hash, hash, sizeof hash);
    assert_int_equal(kept->used_ms, 77);
    assert_null(model_store_secret(b->store, "key:b"));
    model_store_commit(b->store, SIZE_MAX);
    assert_null(model_store_secret(b->store, "key:a"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(nothing_is_durable_before_the_commit),
        T(a_crash_keeps_a_prefix_that_nobody_was_told_of),
        T(queries_see_what_is_committed),
        T(the_upkeep_of_plans_stands_in_no_list),
        T(one_message_comes_with_its_incident_and_its_record),
        T(rows_are_copies),
        T(a_purge_leaves_nothing_that_was_sealed),
        T(a_hash_is_kept_with_its_holder_until_it_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
