/* The record as evidence: what was changed is found, what was purged is gone and still proves. */
#include "store/seal.h"
#include "storekit.h"
#include "unit.h"

#include <sodium.h>
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

/* Twenty rows of two incidents and one of the engine, closed. */
static void write_some(struct kit *k)
{
    kit_open(k);
    kit_append(k, (struct record *[]){kit_record(k, REC_ENGINE_STARTED, (struct uuid){{0}}, NULL)},
               1, NULL, 0);
    kit_append_records(k, 1, 10);
    kit_append_records(k, 2, 10);
    kit_stop(k);
}

static void a_journal_as_it_was_written_verifies(void **state)
{
    struct kit *k = *state;
    write_some(k);
    struct store_verdict v = kit_verify(k);
    assert_int_equal(v.rows, 21);
    assert_int_equal(v.first_seq, 1);
    assert_int_equal(v.last_seq, 21);
    assert_int_equal(v.bad_seq, 0);
    assert_int_equal(v.sealed, 20);
    assert_int_equal(v.purged, 0);
    assert_int_equal(strlen(v.chain), 64);
}

static void an_empty_journal_verifies(void **state)
{
    struct kit *k = *state;
    kit_open(k);
    kit_stop(k);
    struct store_verdict v = kit_verify(k);
    assert_int_equal(v.rows, 0);
    assert_int_equal(v.last_seq, 0);
}

/* Beside a daemon that writes: in pages, and never in its way. */
static void verify_runs_beside_the_daemon(void **state)
{
    struct kit *k = *state;
    kit_open(k);
    for (int i = 0; i < 400; i++)
        kit_append_records(k, i, 3);
    kit_wait(k);
    assert_int_equal(kit_verify(k).rows, 1200);
    kit_append_records(k, 500, 3);
    kit_wait(k);
}

static void check_bad(struct kit *k, const char *damage, const char *repair, int64_t seq,
                      const char *words)
{
    struct store_verdict v;
    struct why why = {""};
    kit_sql(k, damage);
    enum err e = journal_verify(k->path, NULL, &v, &why);
    if (e != ERR_CORRUPT || v.bad_seq != seq || !strstr(why.text, words))
        fail_msg("%s: %s, seq %ld, \"%s\"", damage, err_name(e), (long)v.bad_seq, why.text);
    assert_int_equal(v.rows, seq - 1);
    kit_sql(k, repair);
    kit_verify(k);
}

/* One bit anywhere in a row is named with the row's seq. */
static void one_changed_bit_is_found_wherever_it_is(void **state)
{
    static const struct {
        const char *column, *change;
    } flips[] = {
        {"body", "replace(body, '\"n\":7', '\"n\":6')"},
        {"actor", "replace(actor, 'test', 'uest')"},
        {"kind", "'updaued'"},
        {"kind", "'resolved'"},
        {"at_ms", "at_ms + 1"},
        {"incident", "NULL"},
        {"incident", "(SELECT incident FROM journal WHERE seq = 20)"},
        {"chain", "(SELECT chain FROM journal WHERE seq = 8)"},
        {"chain", "x'00'"},
        {"body", "body || ' '"},
        {"actor", "NULL"},
    };
    struct kit *k = *state;
    write_some(k);
    kit_sql(k, "CREATE TABLE kept AS SELECT * FROM journal");
    for (size_t i = 0; i < sizeof(flips) / sizeof(*flips); i++) {
        AUTO_TEXT(damage);
        AUTO_TEXT(repair);
        text_addf(&damage, "UPDATE journal SET %s = %s WHERE seq = 7", flips[i].column,
                  flips[i].change);
        text_addf(&repair,
                  "UPDATE journal SET %s = (SELECT %s FROM kept WHERE seq = 7) WHERE seq = 7",
                  flips[i].column, flips[i].column);
        check_bad(k, text_str(&damage), text_str(&repair), 7, "");
    }
    check_bad(k, "DELETE FROM journal WHERE seq = 9",
              "INSERT INTO journal SELECT * FROM kept WHERE seq = 9", 9, "9 to 9 are missing");
    check_bad(k, "DELETE FROM journal WHERE seq < 3",
              "INSERT INTO journal SELECT * FROM kept WHERE seq < 3", 1, "1 to 2 are missing");
}

/* Who makes the whole chain anew still cannot make a box without the key. */
static void a_box_that_does_not_open_is_found(void **state)
{
    struct kit *k = *state;
    write_some(k);
    kit_sql(k, "CREATE TABLE kept AS SELECT * FROM vault");
    check_bad(k,
              "UPDATE vault SET key = randomblob(32) WHERE incident ="
              " (SELECT incident FROM journal WHERE seq = 12)",
              "DELETE FROM vault; INSERT INTO vault SELECT * FROM kept", 12, "does not open");
}

/* ---- purge ---- */

static void on_row(void *ctx, const struct row *row)
{
    struct row *ret = ctx;
    if (row->kind == ROW_INCIDENT) {
        ret->open = row->open;
        ret->body = json_incref(row->body);
    }
}

static void a_purged_incident_reads_without_its_secrets_and_still_proves(void **state)
{
    struct kit *k = *state;
    kit_open(k);
    kit_append_records(k, 1, 3);
    kit_append(
        k, (struct record *[]){kit_record(k, REC_UPDATED, kit_uuid(2), "two")}, 1,
        (struct row[]){kit_incident_row(1, "open", true, "水位"), kit_notice_row(9, 1, true)}, 2);
    kit_stop(k);
    struct store_verdict before = kit_verify(k);

    char id[UUID_TEXT];
    AUTO_TEXT(sql);
    text_addf(&sql, "DELETE FROM vault WHERE lower(hex(incident)) = replace('%s', '-', '')",
              uuid_text(kit_uuid(1), id));
    kit_sql(k, text_str(&sql));
    struct store_verdict after = kit_verify(k);
    assert_int_equal(after.sealed, 1);
    assert_int_equal(after.purged, 3);
    assert_string_equal(after.chain, before.chain);

    struct why why = {""};
    struct row row = {.body = NULL};
    assert_int_equal(kit_try_open(k, &why), ERR_OK);
    assert_int_equal(store_load(k->store, on_row, &row, &why), ERR_OK);
    assert_true(row.open);
    assert_null(row.body);

    /* a late record of it is recorded, and what is personal in it is not kept */
    store_start(k->store);
    kit_append(k, (struct record *[]){kit_record(k, REC_ANSWER_NOTED, kit_uuid(1), "late")}, 1,
               (struct row[]){kit_incident_row(1, "closed", false, "again")}, 1);
    kit_wait(k);
    struct answer a;
    kit_query(k, &(struct query){.kind = QUERY_TIMELINE, .incident = kit_uuid(1)}, &a);
    assert_int_equal(a.result.err, ERR_OK);
    assert_int_equal(a.result.records_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_null(a.result.records[i]->sealed);
        assert_non_null(json_at(a.result.records[i]->body, "n"));
        assert_null(json_at(a.result.records[i]->body, "sealed"));
    }
    answer_done(&a);
    kit_query(k, &(struct query){.kind = QUERY_INCIDENT, .incident = kit_uuid(1)}, &a);
    assert_int_equal(a.result.err, ERR_OK);
    assert_string_equal(a.result.rows[0].state, "closed");
    assert_null(a.result.rows[0].body);
    answer_done(&a);
    kit_stop(k);
    assert_int_equal(kit_verify(k).purged, 3);
}

/* A purge takes effect at once: no cache keeps a key alive for who reads. */
static void a_key_destroyed_beside_the_daemon_is_gone_for_its_reader(void **state)
{
    struct kit *k = *state;
    const struct query q = {.kind = QUERY_EVENTS};
    struct answer a;
    kit_open(k);
    kit_append_records(k, 1, 2);
    kit_wait(k);
    kit_query(k, &q, &a);
    assert_non_null(a.result.records[1]->sealed);
    answer_done(&a);
    kit_sql(k, "DELETE FROM vault");
    kit_query(k, &q, &a);
    assert_int_equal(a.result.records_count, 2);
    assert_null(a.result.records[1]->sealed);
    answer_done(&a);
}

/* Who steals the file without the vault, or a page of it, learns nothing about people. */
static void nothing_personal_is_readable_in_the_file(void **state)
{
    struct kit *k = *state;
    kit_open(k);
    kit_append(k,
               (struct record *[]){kit_record(k, REC_INCIDENT_OPENED, kit_uuid(1), "SECRETWORD")},
               1, (struct row[]){kit_incident_row(1, "open", true, "SECRETWORD")}, 1);
    kit_stop(k);
    FILE *f = fopen(k->path, "rb");
    assert_non_null(f);
    AUTO_TEXT(bytes);
    char buf[4096];
    for (size_t n; (n = fread(buf, 1, sizeof(buf), f)) > 0;)
        text_add_bytes(&bytes, buf, n);
    fclose(f);
    assert_true(bytes.len > 4096);
    assert_null(memmem(bytes.at, bytes.len, "SECRETWORD", 10));
    assert_non_null(memmem(bytes.at, bytes.len, "in the order of keys", 20)); /* the open part is */
}

/* ---- seals ---- */

static void a_seal_opens_only_in_its_place(void **state)
{
    (void)state;
    assert_true(sodium_init() >= 0);
    struct seal_key key, other;
    seal_key_make(&key);
    seal_key_make(&other);
    struct seal_place place = {.seq = 5, .at_ms = 6, .mono = 7, .kind = "turn", .kind_len = 4};
    AUTO_TEXT(box);
    AUTO_TEXT(again);
    AUTO_TEXT(plain);
    seal_record(&key, &place, "{\"a\":1}", 7, &box);
    seal_record(&key, &place, "{\"a\":1}", 7, &again);
    assert_string_equal(text_str(&box), text_str(&again));
    assert_true(unseal_record(&key, &place, box.at, box.len, &plain));
    assert_string_equal(text_str(&plain), "{\"a\":1}");
    assert_false(unseal_record(&other, &place, box.at, box.len, &plain));
    assert_false(unseal_record(&key, &place, box.at, box.len - 4, &plain));
    assert_false(unseal_record(&key, &place, "", 0, &plain));
    assert_false(unseal_record(&key, &place, "%%%%", 4, &plain));

    struct seal_place places[] = {place, place, place, place};
    places[0].seq++;
    places[1].at_ms++;
    places[2].mono++;
    places[3].kind = "turm";
    for (size_t i = 0; i < 4; i++) {
        assert_false(unseal_record(&key, &places[i], box.at, box.len, &plain));
        text_clear(&again);
        seal_record(&key, &places[i], "{\"a\":1}", 7, &again);
        assert_string_not_equal(text_str(&box), text_str(&again));
    }
    assert_string_equal(text_str(&plain), "{\"a\":1}");
}

/* A projection is written again and again: two texts must never share a nonce. */
static void a_body_has_another_nonce_for_another_text(void **state)
{
    (void)state;
    struct seal_key key;
    seal_key_make(&key);
    AUTO_TEXT(a);
    AUTO_TEXT(b);
    AUTO_TEXT(plain);
    seal_body(&key, ROW_INCIDENT, kit_uuid(1), "one", 3, &a);
    seal_body(&key, ROW_INCIDENT, kit_uuid(1), "two", 3, &b);
    assert_int_equal(a.len, b.len);
    assert_memory_not_equal(a.at, b.at, 24);
    assert_true(unseal_body(&key, b.at, b.len, &plain));
    assert_string_equal(text_str(&plain), "two");
    b.at[30] ^= 1;
    assert_false(unseal_body(&key, b.at, b.len, &plain));
    assert_false(unseal_body(&key, b.at, 10, &plain));
}

/* ---- rebuild ---- */

struct fake_core {
    int records;
    int titles; /* with a sealed part */
    int closed_given;
    mono_ms moment;  /* of the last record */
    bool rows_asked; /* since then */
};

static void fake_apply(void *ctx, const struct record *r)
{
    struct fake_core *c = ctx;
    c->records++;
    assert_int_equal(r->seq, c->records);
    c->titles += r->sealed != NULL;
    assert_false(c->rows_asked && r->mono == c->moment);
    c->moment = r->mono;
    c->rows_asked = false;
}

/* One incident that is closed early and forgotten, one that stays open. */
static void fake_rows(void *ctx, struct row **ret, size_t *ret_count)
{
    struct fake_core *c = ctx;
    struct row *rows = mem_new(2, sizeof(*rows));
    size_t n = 0;
    c->rows_asked = true;
    if (c->closed_given++ == 0)
        rows[n++] = kit_incident_row(1, "closed", false, "early");
    rows[n++] = kit_incident_row(2, "open", true, "stays");
    *ret = rows;
    *ret_count = n;
}

static void a_rebuild_replaces_all_projections(void **state)
{
    struct kit *k = *state;
    struct why why = {""};
    struct fake_core core = {0};
    kit_open(k);
    for (int i = 0; i < 600; i++)
        kit_append_records(k, i, 4);
    struct row rows[] = {kit_incident_row(77, "open", true, "wrong"), kit_notice_row(78, 77, true)};
    kit_append(k, (struct record *[]){kit_record(k, REC_UPDATED, kit_uuid(3), NULL)}, 1, rows, 2);

    assert_int_equal(store_rebuild(&k->config, fake_apply, fake_rows, &core, &why), ERR_CONFLICT);
    assert_non_null(strstr(why.text, "stop the daemon"));
    assert_int_equal(core.records, 0);
    kit_stop(k);
    struct store_verdict before = kit_verify(k);

    if (store_rebuild(&k->config, fake_apply, fake_rows, &core, &why))
        fail_msg("%s", why.text);
    assert_int_equal(core.records, 2401);
    assert_int_equal(core.titles, 2400);
    assert_int_equal(core.closed_given, 3);
    assert_string_equal(kit_verify(k).chain, before.chain);

    kit_open(k);
    struct answer a;
    kit_query(k, &(struct query){.kind = QUERY_LIST, .drill = -1}, &a);
    assert_int_equal(a.result.rows_count, 2);
    assert_string_equal(json_str(a.result.rows[0].body, "title"), "stays");
    assert_string_equal(json_str(a.result.rows[1].body, "title"), "early");
    answer_done(&a);
    struct clock_mark mark;
    assert_true(store_mark(k->store, &mark));
}

/* An end, and the messages that tell of it, are of one moment: without them it would be forgotten.
 */
static void a_rebuild_never_cuts_one_moment_in_two(void **state)
{
    struct kit *k = *state;
    struct why why = {""};
    struct fake_core core = {0};
    kit_open(k);
    for (int i = 0; i < 500; i++) {
        struct record *records[5];
        int count = i == 0 ? 4 : 5; /* so that no thousand ends with a moment */
        for (int n = 0; n < count; n++) {
            records[n] = kit_record(k, REC_UPDATED, kit_uuid(3), NULL);
            records[n]->mono = records[0]->mono;
        }
        kit_append(k, records, (size_t)count, NULL, 0);
    }
    kit_stop(k);
    if (store_rebuild(&k->config, fake_apply, fake_rows, &core, &why))
        fail_msg("%s", why.text);
    assert_int_equal(core.records, 2499);
    assert_int_equal(core.closed_given, 3);
}

/* From a journal that is not what was written nothing is made. */
static void a_rebuild_from_a_damaged_journal_changes_nothing(void **state)
{
    struct kit *k = *state;
    struct why why = {""};
    struct fake_core core = {0};
    kit_open(k);
    kit_append_records(k, 1, 1500);
    kit_append(k, (struct record *[]){kit_record(k, REC_UPDATED, kit_uuid(1), NULL)}, 1,
               (struct row[]){kit_incident_row(1, "open", true, "kept")}, 1);
    kit_stop(k);
    kit_sql(k, "UPDATE journal SET at_ms = 5 WHERE seq = 1400");
    assert_int_equal(store_rebuild(&k->config, fake_apply, fake_rows, &core, &why), ERR_CORRUPT);
    assert_non_null(strstr(why.text, "seq 1400"));
    kit_open(k);
    struct answer a;
    kit_query(k, &(struct query){.kind = QUERY_LIST, .drill = -1}, &a);
    assert_int_equal(a.result.rows_count, 1);
    assert_string_equal(json_str(a.result.rows[0].body, "title"), "kept");
    answer_done(&a);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_journal_as_it_was_written_verifies),
        T(an_empty_journal_verifies),
        T(verify_runs_beside_the_daemon),
        T(one_changed_bit_is_found_wherever_it_is),
        T(a_box_that_does_not_open_is_found),
        T(a_purged_incident_reads_without_its_secrets_and_still_proves),
        T(a_key_destroyed_beside_the_daemon_is_gone_for_its_reader),
        T(nothing_personal_is_readable_in_the_file),
        T(a_seal_opens_only_in_its_place),
        T(a_body_has_another_nonce_for_another_text),
        T(a_rebuild_replaces_all_projections),
        T(a_rebuild_never_cuts_one_moment_in_two),
        T(a_rebuild_from_a_damaged_journal_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
