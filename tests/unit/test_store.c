/* The store as a whole: what goes in comes out again, in order, and pages are pages. */
#include "storekit.h"
#include "unit.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

static int setup(void **state)
{
    struct kit *k = mem_new(1, sizeof(*k));
    kit_init(k, NULL);
    *state = k;
    return 0;
}

static int teardown(void **state)
{
    kit_done(*state);
    free(*state);
    return 0;
}

/* ---- records ---- */

static void check_same_record(const struct record *a, const struct record *b)
{
    assert_int_equal(a->seq, b->seq);
    assert_int_equal(uuid_cmp(a->incident, b->incident), 0);
    assert_int_equal(a->at_ms, b->at_ms);
    assert_int_equal(a->mono, b->mono);
    assert_int_equal(a->kind, b->kind);
    assert_true(json_equal(a->actor, b->actor));
    assert_true(json_equal(a->body, b->body));
    assert_int_equal(a->sealed != NULL, b->sealed != NULL);
    if (a->sealed)
        assert_true(json_equal(a->sealed, b->sealed));
}

/* A core that reads something else than it wrote decides something else at the next start. */
static void a_record_reads_as_it_was_written(void **state)
{
    struct kit *k = *state;
    kit_open(k);
    struct record *in[] = {
        kit_record(k, REC_ENGINE_STARTED, (struct uuid){{0}}, NULL),
        kit_record(k, REC_INCIDENT_OPENED, kit_uuid(1), "李明"),
        kit_record(k, REC_UPDATED, kit_uuid(1), NULL),
        kit_record(k, REC_TURN, kit_uuid(1), "a \"quoted\"\n text"),
    };
    json_put(in[2]->body, "deep", json_pack("{s:[i,f,{s:n}],s:s}", "a", 1, 0.1, "x", "m", "own"));
    json_object_clear(in[3]->body); /* only the store's own members are left */
    for (size_t i = 0; i < 4; i++)
        record_ref(in[i]);
    kit_append(k, in, 4, NULL, 0);
    kit_wait(k);

    struct answer a;
    kit_query(k, &(struct query){.kind = QUERY_EVENTS}, &a);
    assert_int_equal(a.result.records_count, 4);
    assert_int_equal(a.result.as_of, 4);
    assert_false(a.result.more);
    for (size_t i = 0; i < 4; i++) {
        check_same_record(in[i], a.result.records[i]);
        record_unref(in[i]);
    }
    answer_done(&a);
}

static void batches_become_durable_in_order(void **state)
{
    struct kit *k = *state;
    kit_open(k);
    for (int i = 0; i < 300; i++)
        kit_append_records(k, i, 3);
    kit_wait(k);
    assert_int_equal(k->durable_seq, 900);
    struct store_stats stats = store_stats(k->store);
    assert_int_equal(stats.rows, 900);
    assert_true(stats.commits <= 300);
    assert_int_equal(stats.queue_bytes, 0);
    kit_stop(k);
    assert_int_equal(kit_verify(k).last_seq, 900);
}

/* Replies wait for durable: a stop that forgot to say it would leave them hanging. */
static void a_stop_writes_all_that_is_queued_and_says_so(void **state)
{
    struct kit *k = *state;
    kit_open(k);
    for (int i = 0; i < 50; i++)
        kit_append_records(k, i, 3);
    kit_stop(k);
    assert_int_equal(k->durable_seq, 150);
    kit_open(k);
    assert_int_equal(store_last_seq(k->store), 150);
}

static void numbering_and_marks_go_on_after_a_stop(void **state)
{
    struct kit *k = *state;
    struct clock_mark mark;
    kit_open(k);
    assert_false(store_mark(k->store, &mark));
    assert_int_equal(store_gen(k->store), 1);
    kit_append_records(k, 1, 2);
    kit_stop(k);

    kit_open(k);
    assert_true(store_was_clean(k->store));
    assert_true(store_mark(k->store, &mark));
    assert_string_equal(mark.boot_id, "0a0b0c0d-0000-4000-8000-000000000001");
    assert_int_equal(mark.mono, k->mono);
    assert_int_equal(mark.wall, INT64_C(1750000000000) + k->mono);
    kit_append(k, (struct record *[]){kit_record(k, REC_RESOLVED, kit_uuid(1), "x")}, 1, NULL, 0);
    kit_stop(k);
    assert_int_equal(kit_verify(k).rows, 3);
    assert_int_equal(kit_verify(k).sealed, 3);

    /* a life without a batch leaves the mark as it was */
    kit_open(k);
    kit_stop(k);
    kit_open(k);
    assert_true(store_mark(k->store, &mark));
    assert_int_equal(mark.mono, k->mono);
}

/* ---- rows ---- */

struct loaded {
    struct row rows[64];
    int count;
};

static void on_row(void *ctx, const struct row *row)
{
    struct loaded *l = ctx;
    assert_true(l->count < 64);
    l->rows[l->count] = *row;
    l->rows[l->count].id = mem_str(row->id);
    l->rows[l->count].plan = mem_str(row->plan);
    l->rows[l->count].state = mem_str(row->state);
    json_incref(row->body);
    l->count++;
}

static void loaded_done(struct loaded *l)
{
    for (int i = 0; i < l->count; i++)
        row_done(&l->rows[i]);
    l->count = 0;
}

static const struct row *loaded_find(const struct loaded *l, enum row_kind kind, const char *id)
{
    for (int i = 0; i < l->count; i++)
        if (l->rows[i].kind == kind && strcmp(l->rows[i].id, id) == 0)
            return &l->rows[i];
    return NULL;
}

static const struct row *loaded_uuid(const struct loaded *l, enum row_kind kind, int number)
{
    char id[UUID_TEXT];
    return loaded_find(l, kind, uuid_text(kit_uuid(number), id));
}

static void load(struct kit *k, struct loaded *ret)
{
    struct why why = {""};
    ret->count = 0;
    if (kit_try_open(k, &why) || store_load(k->store, on_row, ret, &why))
        fail_msg("%s", why.text);
}

static struct row key_row(const char *id, int incident)
{
    return (struct row){.kind = ROW_KEY,
                        .id = mem_str(id),
                        .incident = kit_uuid(incident),
                        .open = true,
                        .drill = true,
                        .body = json_put_str(json_object(), "hash", "h")};
}

static struct row meta_row(const char *id, int n)
{
    return (struct row){.kind = ROW_META,
                        .id = mem_str(id),
                        .open = true,
                        .body = json_put_int(json_object(), "n", n)};
}

/* After a restart the core has what it had: all that is open, and nothing else. */
static void what_is_open_is_loaded_as_it_was(void **state)
{
    struct kit *k = *state;
    kit_open(k);
    kit_append(k,
               (struct record *[]){kit_record(k, REC_INCIDENT_OPENED, kit_uuid(1), "x"),
                                   kit_record(k, REC_INCIDENT_OPENED, kit_uuid(2), "x")},
               2,
               (struct row[]){kit_incident_row(1, "open", true, "水位"),
                              kit_incident_row(2, "open", true, "two"), kit_notice_row(11, 1, true),
                              kit_notice_row(12, 1, true), key_row("uid:0\nk\"1", 1),
                              key_row("uid:0\nk2", 2), meta_row("core", 1), meta_row("config", 1)},
               8);
    struct row gone_key = {.kind = ROW_KEY, .id = mem_str("uid:0\nk2"), .gone = true};
    struct row gone_meta = {.kind = ROW_META, .id = mem_str("config"), .gone = true};
    char id[UUID_TEXT];
    struct row gone_notice = {
        .kind = ROW_NOTICE, .id = mem_str(uuid_text(kit_uuid(12), id)), .gone = true};
    kit_append(k, (struct record *[]){kit_record(k, REC_UPDATED, kit_uuid(1), "x")}, 1,
               (struct row[]){kit_incident_row(1, "open", true, "水位 2"),
                              kit_incident_row(2, "closed", false, "two"), gone_key, gone_meta,
                              gone_notice, meta_row("core", 2)},
               6);
    kit_stop(k);

    struct loaded l;
    load(k, &l);
    assert_int_equal(l.count, 4);
    const struct row *r = loaded_uuid(&l, ROW_INCIDENT, 1);
    assert_non_null(r);
    assert_string_equal(json_str(r->body, "title"), "水位 2");
    assert_string_equal(r->plan, "flood");
    assert_string_equal(r->state, "open");
    assert_true(r->open && !r->drill && !r->gone);
    assert_int_equal(uuid_cmp(r->incident, kit_uuid(1)), 0);
    r = loaded_uuid(&l, ROW_NOTICE, 11);
    assert_non_null(r);
    assert_int_equal(uuid_cmp(r->incident, kit_uuid(1)), 0);
    assert_int_equal(json_int(r->body, "notice", 0), 11);
    assert_null(r->plan);
    r = loaded_find(&l, ROW_KEY, "uid:0\nk\"1");
    assert_non_null(r);
    assert_true(r->drill);
    assert_string_equal(json_str(r->body, "hash"), "h");
    r = loaded_find(&l, ROW_META, "core");
    assert_non_null(r);
    assert_int_equal(json_int(r->body, "n", 0), 2);
    loaded_done(&l);
}

static struct row item_row(int number, int incident, const char *title)
{
    char id[UUID_TEXT];
    return (struct row){.kind = ROW_ITEM,
                        .id = mem_str(uuid_text(kit_uuid(number), id)),
                        .incident = kit_uuid(incident),
                        .open = true,
                        .plan = mem_str("dept:water"),
                        .sort = mem_str("measure"),
                        .state = mem_str("issued"),
                        .body = json_put_str(json_object(), "title", title)};
}

/* A merge moves an item into another incident: it is read with that one's key from then on. */
static void an_item_that_moves_is_found_with_its_new_incident(void **state)
{
    struct kit *k = *state;
    kit_open(k);
    kit_append(k,
               (struct record *[]){kit_record(k, REC_INCIDENT_OPENED, kit_uuid(1), "x"),
                                   kit_record(k, REC_INCIDENT_OPENED, kit_uuid(2), "x")},
               2,
               (struct row[]){kit_incident_row(1, "open", true, "one"),
                              kit_incident_row(2, "open", true, "two"), item_row(21, 1, "巡查")},
               3);
    kit_append(k, (struct record *[]){kit_record(k, REC_MERGED, kit_uuid(1), "x")}, 1,
               (struct row[]){kit_incident_row(1, "merged", false, "one"), item_row(21, 2, "巡查")},
               2);
    kit_stop(k);

    struct loaded l;
    load(k, &l);
    const struct row *r = loaded_uuid(&l, ROW_ITEM, 21);
    assert_non_null(r);
    assert_int_equal(uuid_cmp(r->incident, kit_uuid(2)), 0);
    assert_string_equal(json_str(r->body, "title"), "巡查");
    loaded_done(&l);
}

/* ---- pins and contacts ---- */

static void on_pin(void *ctx, const struct store_pin *pin)
{
    struct text *t = ctx;
    text_addf(t, "%s %s %.*s\n", pin->hash, pin->kind, (int)pin->body_len, pin->body);
}

static void on_contact(void *ctx, const struct store_contact *c)
{
    struct text *t = ctx;
    text_addf(t, "%s %s %s\n", c->person, c->endpoint, c->value);
}

static void append_pins(struct kit *k, const struct store_pin *pins, size_t pins_count,
                        const struct store_contact *contacts, size_t contacts_count)
{
    struct record *r = kit_record(k, REC_CONFIG_LOADED, (struct uuid){{0}}, NULL);
    const struct store_batch batch = {.records = &r,
                                      .records_count = 1,
                                      .pins = pins,
                                      .pins_count = pins_count,
                                      .contacts = contacts,
                                      .contacts_count = contacts_count};
    store_port(k->store)->append(store_port(k->store)->ctx, &batch);
    kit_wait(k);
}

static void pins_and_contacts_are_kept_until_they_are_forgotten(void **state)
{
    struct kit *k = *state;
    struct why why = {""};
    AUTO_TEXT(seen);
    kit_open(k);
    append_pins(
        k, (struct store_pin[]){{"sha256:aa", "plan", "a\0b", 3}, {"sha256:bb", "site", "{}", 2}},
        2, (struct store_contact[]){{"li.ming", "sms", "138"}, {"li.ming", "wecom", "lm"}}, 2);
    append_pins(k, (struct store_pin[]){{"sha256:bb", NULL, NULL, 0}}, 1,
                (struct store_contact[]){{"li.ming", "sms", "139"}, {"li.ming", "wecom", NULL}}, 2);

    struct answer a;
    kit_query(k, &(struct query){.kind = QUERY_PIN, .pin = "sha256:aa"}, &a);
    assert_int_equal(a.result.err, ERR_OK);
    assert_int_equal(a.result.pin.body_len, 3);
    assert_memory_equal(a.result.pin.body, "a\0b", 3);
    answer_done(&a);
    kit_query(k, &(struct query){.kind = QUERY_PIN, .pin = "sha256:bb"}, &a);
    assert_int_equal(a.result.err, ERR_MISSING);
    answer_done(&a);
    kit_stop(k);

    assert_int_equal(kit_try_open(k, &why), ERR_OK);
    assert_int_equal(store_contacts(k->store, on_contact, &seen, &why), ERR_OK);
    assert_string_equal(text_str(&seen), "li.ming sms 139\n");
    text_clear(&seen);
    assert_int_equal(store_pins(k->store, on_pin, &seen, &why), ERR_OK);
    assert_int_equal(strncmp(text_str(&seen), "sha256:aa plan a", 16), 0);
    assert_null(strstr(text_str(&seen), "sha256:bb"));
}

/* ---- what keys are known by ---- */

static const uint8_t hash_one[STORE_HASH_BYTES] = {1, 2, 0, 4}, hash_two[STORE_HASH_BYTES] = {9};

static void on_secret(void *ctx, const struct store_secret *s)
{
    struct text *t = ctx;
    text_addf(t, "%s %d %lld\n", s->holder, s->hash[0], (long long)s->used_ms);
}

static void append_secrets(struct kit *k, const struct store_secret *secrets, size_t count,
                           struct row *row)
{
    struct record *r = kit_record(k, REC_KEY_CREATED, (struct uuid){{0}}, NULL);
    const struct store_batch batch = {.records = &r,
                                      .records_count = 1,
                                      .rows = row,
                                      .rows_count = row != NULL,
                                      .secrets = secrets,
                                      .secrets_count = count};
    store_port(k->store)->append(store_port(k->store)->ctx, &batch);
    kit_wait(k);
}

static struct row access_row(const char *id, bool gone)
{
    json_t *body = gone ? NULL : json_put_int(json_object(), "seq", 1);
    return (struct row){
        .kind = ROW_ACCESS, .id = mem_str(id), .open = !gone, .gone = gone, .body = body};
}

/* Why: a key of which nothing is known any more after a restart locks its program out. */
static void a_hash_is_kept_with_its_holder_until_it_is_forgotten(void **state)
{
    struct kit *k = *state;
    struct why why = {""};
    AUTO_TEXT(seen);
    kit_open(k);
    struct row one = access_row("key:one", false), two = access_row("key:two", false),
               gone = access_row("key:two", true);
    append_secrets(k, &(struct store_secret){"key:one", hash_one, 0}, 1, &one);
    append_secrets(k, &(struct store_secret){"key:two", hash_two, 5}, 1, &two);
    append_secrets(
        k, (struct store_secret[]){{"key:one", NULL, 77}, {"key:two", NULL, 0}, {"key:x", NULL, 3}},
        3, &gone);
    kit_stop(k);

    struct loaded l;
    load(k, &l);
    assert_int_equal(l.count, 1);
    assert_non_null(loaded_find(&l, ROW_ACCESS, "key:one"));
    loaded_done(&l);
    assert_int_equal(store_secrets(k->store, on_secret, &seen, &why), ERR_OK);
    assert_string_equal(text_str(&seen), "key:one 1 77\n");
}

/* ---- pages ---- */

static int numbers_of_list(struct kit *k, struct query q, int *ret, int most)
{
    int count = 0;
    for (bool more = true; more;) {
        struct answer a;
        kit_query(k, &q, &a);
        assert_int_equal(a.result.err, ERR_OK);
        more = a.result.more;
        for (size_t i = 0; i < a.result.rows_count; i++) {
            assert_true(count < most);
            ret[count++] = (int)strtol(json_str(a.result.rows[i].body, "title"), NULL, 10);
            snprintf(q.cursor, sizeof(q.cursor), "%s", a.result.rows[i].id);
        }
        assert_true(a.result.rows_count > 0 || !more);
        answer_done(&a);
    }
    return count;
}

static void check_list(struct kit *k, struct query q, const int *expected, int count)
{
    int seen[64];
    q.kind = QUERY_LIST;
    for (q.limit = 1; q.limit <= 4; q.limit++) {
        assert_int_equal(numbers_of_list(k, q, seen, 64), count);
        assert_memory_equal(seen, expected, (size_t)count * sizeof(int));
    }
}

/* What plans owe is kept as an incident is, and is none: a list has it when it is asked for. */
static void the_upkeep_of_plans_stands_in_no_list(void **state)
{
    static const char *const states[] = {"upkeep", "open", "upkeep", "closed"};
    struct kit *k = *state;
    kit_open(k);
    for (int n = 1; n <= 4; n++) {
        char title[16];
        snprintf(title, sizeof(title), "%d", n);
        struct row r = kit_incident_row(n, states[n - 1], n != 4, title);
        kit_append(k, (struct record *[]){kit_record(k, REC_UPKEEP_OPENED, kit_uuid(n), title)}, 1,
                   &r, 1);
    }
    kit_wait(k);
    check_list(k, (struct query){.drill = -1}, (int[]){4, 2}, 2);
    check_list(k, (struct query){.drill = 0}, (int[]){4, 2}, 2);
    check_list(k, (struct query){.drill = -1, .states = {"upkeep"}}, (int[]){3, 1}, 2);
}

/* 1, 4, 7 open; 2, 5, 8 closed; 3, 6, 9 active; 4 and 9 are drills. */
static void lists_come_newest_first_and_page_by_page(void **state)
{
    static const char *const states[] = {"active", "open", "closed"};
    struct kit *k = *state;
    kit_open(k);
    for (int n = 1; n <= 9; n++) {
        char title[16];
        snprintf(title, sizeof(title), "%d", n);
        struct row r = kit_incident_row(n, states[n % 3], n % 3 != 2, title);
        r.drill = n == 4 || n == 9;
        kit_append(k, (struct record *[]){kit_record(k, REC_INCIDENT_OPENED, kit_uuid(n), title)},
                   1, &r, 1);
    }
    kit_wait(k);
    check_list(k, (struct query){.drill = -1}, (int[]){9, 8, 7, 6, 5, 4, 3, 2, 1}, 9);
    check_list(k, (struct query){.drill = 0}, (int[]){8, 7, 6, 5, 3, 2, 1}, 7);
    check_list(k, (struct query){.drill = 1}, (int[]){9, 4}, 2);
    check_list(k, (struct query){.drill = -1, .states = {"open", "active"}},
               (int[]){9, 7, 6, 4, 3, 1}, 6);
    check_list(k, (struct query){.drill = 0, .states = {"open"}}, (int[]){7, 1}, 2);
    check_list(k, (struct query){.drill = 1, .states = {"closed"}}, NULL, 0);

    struct answer a;
    kit_query(k, &(struct query){.kind = QUERY_INCIDENT, .incident = kit_uuid(5)}, &a);
    assert_int_equal(a.result.rows_count, 1);
    assert_string_equal(a.result.rows[0].state, "closed");
    answer_done(&a);
    kit_query(k, &(struct query){.kind = QUERY_INCIDENT, .incident = kit_uuid(77)}, &a);
    assert_int_equal(a.result.err, ERR_MISSING);
    answer_done(&a);
    kit_query(k, &(struct query){.kind = QUERY_LIST, .drill = -1, .cursor = "what"}, &a);
    assert_int_equal(a.result.err, ERR_INVALID);
    answer_done(&a);
}

static void notices_of_an_incident_page_upwards(void **state)
{
    struct kit *k = *state;
    kit_open(k);
    struct row rows[12];
    for (int i = 0; i < 12; i++)
        rows[i] = kit_notice_row(100 + i, i % 2 ? 1 : 2, true);
    kit_append(k, (struct record *[]){kit_record(k, REC_INCIDENT_OPENED, kit_uuid(1), "x")}, 1,
               rows, 12);
    kit_wait(k);

    struct query q = {.kind = QUERY_NOTICES, .incident = kit_uuid(1), .limit = 4};
    struct answer a;
    kit_query(k, &q, &a);
    assert_int_equal(a.result.rows_count, 4);
    assert_true(a.result.more);
    assert_int_equal(json_int(a.result.rows[0].body, "notice", 0), 101);
    snprintf(q.cursor, sizeof(q.cursor), "%s", a.result.rows[3].id);
    answer_done(&a);
    kit_query(k, &q, &a);
    assert_int_equal(a.result.rows_count, 2);
    assert_false(a.result.more);
    assert_int_equal(json_int(a.result.rows[1].body, "notice", 0), 111);
    answer_done(&a);
}

/* Why: a link names its message; the page needs the text, and whether the incident is over. */
static void one_message_comes_with_its_incident_and_the_record_that_queued_it(void **state)
{
    struct kit *k = *state;
    kit_open(k);
    char *title = mem_new(2000001, 1);
    memset(title, 'x', 2000000); /* longer than a page */
    struct row rows[] = {kit_incident_row(1, "open", true, title), kit_notice_row(100, 1, true),
                         kit_notice_row(101, 1, false)};
    json_put_int(rows[1].body, "seq", 2);
    kit_append(k,
               (struct record *[]){kit_record(k, REC_INCIDENT_OPENED, kit_uuid(1), "one"),
                                   kit_record(k, REC_NOTICE_QUEUED, kit_uuid(1), "two"),
                                   kit_record(k, REC_NOTICE_SENT, kit_uuid(1), "three")},
               3, rows, 3);
    kit_wait(k);
    free(title);

    struct answer a;
    kit_query(k, &(struct query){.kind = QUERY_NOTICE, .notice = kit_uuid(100)}, &a);
    assert_int_equal(a.result.err, ERR_OK);
    assert_int_equal(a.result.rows_count, 2);
    assert_int_equal(a.result.rows[0].kind, ROW_NOTICE);
    assert_int_equal(json_int(a.result.rows[0].body, "notice", 0), 100);
    assert_int_equal(a.result.rows[1].kind, ROW_INCIDENT);
    assert_int_equal(a.result.records_count, 1);
    assert_string_equal(record_str(a.result.records[0], "name"), "two");
    assert_false(a.result.more);
    answer_done(&a);
    kit_query(k, &(struct query){.kind = QUERY_NOTICE, .notice = kit_uuid(101)}, &a);
    assert_int_equal(a.result.rows_count, 2);
    assert_int_equal(a.result.records_count, 0);
    answer_done(&a);
    kit_query(k, &(struct query){.kind = QUERY_NOTICE, .notice = kit_uuid(77)}, &a);
    assert_int_equal(a.result.err, ERR_MISSING);
    answer_done(&a);
}

/* A watch that resumes must see every row once, whatever the pages are cut by. */
static void the_journal_pages_without_gaps(void **state)
{
    struct kit *k = *state;
    kit_open(k);
    for (int i = 0; i < 1100; i++)
        kit_append_records(k, i % 10, i < 10 ? 2 : 1);
    kit_wait(k);

    int64_t last = 0, pages = 0;
    for (bool more = true; more; pages++) {
        struct answer a;
        kit_query(k, &(struct query){.kind = QUERY_EVENTS, .after = last}, &a);
        for (size_t i = 0; i < a.result.records_count; i++)
            assert_int_equal(a.result.records[i]->seq, ++last);
        more = a.result.more;
        answer_done(&a);
    }
    assert_int_equal(last, 1110);
    assert_true(pages >= 2);

    struct answer a;
    struct query q = {.kind = QUERY_TIMELINE, .incident = kit_uuid(3), .after = 8, .limit = 5};
    kit_query(k, &q, &a);
    assert_int_equal(a.result.records_count, 5);
    assert_true(a.result.more);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(uuid_cmp(a.result.records[i]->incident, kit_uuid(3)), 0);
    assert_int_equal(a.result.records[0]->seq, 24);
    answer_done(&a);

    q = (struct query){.kind = QUERY_TIMELINE, .incident = kit_uuid(3), .after = 23, .upto = 24};
    kit_query(k, &q, &a);
    assert_int_equal(a.result.records_count, 1);
    assert_int_equal(a.result.records[0]->seq, 24);
    assert_false(a.result.more);
    answer_done(&a);
}

static int cut_answers;

static void on_cut(void *ctx, const struct query_result *result)
{
    (void)ctx;
    assert_true(result->err == ERR_OK || result->err == ERR_UNREACHABLE);
    cut_answers++;
}

/* Whoever asked holds memory until the answer: a stop must not forget him. */
static void every_query_is_answered_also_at_a_stop(void **state)
{
    struct kit *k = *state;
    kit_open(k);
    kit_append_records(k, 1, 100);
    cut_answers = 0;
    for (int i = 0; i < 200; i++)
        store_port(k->store)->query(store_port(k->store)->ctx,
                                    &(struct query){.kind = QUERY_EVENTS}, on_cut, NULL);
    kit_stop(k);
    assert_int_equal(cut_answers, 200);
}

/* The store's own members stand where their keys belong, whatever stands around them. */
static void bodies_are_canonical_around_the_stores_members(void **state)
{
    static const char *const keys[] = {"",     "A",       "mon",    "mono ", "monoz",       "n",
                                       "seal", "sealed ", "sealee", "zz",    "\xe4\xb8\xad"};
    enum { KEYS = sizeof(keys) / sizeof(*keys) };
    struct kit *k = *state;
    kit_open(k);
    for (unsigned bits = 0; bits < 1U << KEYS; bits += 37) {
        struct record *r = kit_record(k, REC_UPDATED, kit_uuid(1), bits % 2 ? "x" : NULL);
        json_object_clear(r->body);
        for (int i = 0; i < KEYS; i++)
            if (bits >> i & 1)
                json_put_int(r->body, keys[i], i);
        kit_append(k, &r, 1, NULL, 0);
    }
    kit_wait(k);
    kit_stop(k);
    assert_int_equal(kit_verify(k).last_seq, k->next_seq - 1);
}

/* Somebody with the sqlite3 shell holds the lock: the record waits for him, and says so. */
static void another_writer_is_waited_for(void **state)
{
    struct kit *k = *state;
    kit_open(k);
    kit_append_records(k, 1, 1);
    kit_wait(k);
    sqlite3 *other = NULL;
    assert_int_equal(sqlite3_open(k->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    kit_append_records(k, 2, 1);
    kit_poll(k, 300); /* one try of the writer */
    assert_int_equal(k->durable_seq, 1);
    assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(other);
    kit_wait(k);
    kit_stop(k);
    assert_int_equal(kit_verify(k).rows, 2);
}

/* A batch may be larger than the limit; it waits for room only behind others. */
static void a_full_queue_waits_and_loses_nothing(void **state)
{
    struct kit *k = *state;
    k->config.queue_bytes = 1;
    kit_open(k);
    for (int i = 0; i < 40; i++)
        kit_append_records(k, i, 20);
    kit_wait(k);
    assert_int_equal(store_stats(k->store).queue_bytes_max, 1);
    kit_stop(k);
    assert_int_equal(kit_verify(k).rows, 800);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_record_reads_as_it_was_written),
        T(batches_become_durable_in_order),
        T(a_stop_writes_all_that_is_queued_and_says_so),
        T(numbering_and_marks_go_on_after_a_stop),
        T(what_is_open_is_loaded_as_it_was),
        T(an_item_that_moves_is_found_with_its_new_incident),
        T(pins_and_contacts_are_kept_until_they_are_forgotten),
        T(a_hash_is_kept_with_its_holder_until_it_is_forgotten),
        T(lists_come_newest_first_and_page_by_page),
        T(the_upkeep_of_plans_stands_in_no_list),
        T(notices_of_an_incident_page_upwards),
        T(one_message_comes_with_its_incident_and_the_record_that_queued_it),
        T(the_journal_pages_without_gaps),
        T(every_query_is_answered_also_at_a_stop),
        T(bodies_are_canonical_around_the_stores_members),
        T(another_writer_is_waited_for),
        T(a_full_queue_waits_and_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
