#include "serve/dossier.h"
#include "unit.h"

#include <string.h>

#define NOTICE "0198f2c5-0000-7000-8000-000000000002"

static struct uuid incident_id(void)
{
    struct uuid id;
    assert_true(uuid_parse("0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11", &id));
    return id;
}

/* A record of the incident with this body. */
static struct record *record_at_seq(int64_t seq, enum record_kind kind, json_t *takes_body)
{
    struct record *r = record_new(kind, incident_id());
    json_decref(r->body);
    r->body = takes_body ? takes_body : json_object();
    r->seq = seq;
    r->at_ms = 1784512800000 + seq * 1000;
    r->mono = seq * 1000;
    return r;
}

static struct record *notice_record(int64_t seq, enum record_kind kind)
{
    return record_at_seq(seq, kind, json_pack("{s:s,s:s}", "notice", NOTICE, "to", "li.ming"));
}

/* A page of the journal. Takes the records. */
static bool journal(struct dossier *d, struct record **takes, size_t count, bool more)
{
    const struct query_result result = {.records = takes, .records_count = count, .more = more};
    bool go_on = dossier_take(d, &result);
    for (size_t n = 0; n < count; n++)
        record_unref(takes[n]);
    return go_on;
}

static bool one(struct dossier *d, struct record *takes, bool more)
{
    return journal(d, &takes, 1, more);
}

static bool rows(struct dossier *d, enum row_kind kind, const char *id, const char *state,
                 const char *body, bool more)
{
    struct row row = {.kind = kind,
                      .id = mem_str(id),
                      .incident = incident_id(),
                      .plan = mem_str("dept:urban"),
                      .state = mem_str(state),
                      .body = body ? json_loads(body, 0, NULL) : NULL};
    const struct query_result result = {.rows = &row, .rows_count = 1, .more = more, .as_of = 40};
    bool go_on = dossier_take(d, &result);
    row_done(&row);
    return go_on;
}

static bool nothing(struct dossier *d)
{
    return dossier_take(d, &(struct query_result){0});
}

/* An improvement that was opened for this incident. */
static void lesson(struct dossier *d, const char *of)
{
    AUTO_TEXT(body);
    text_addf(&body, "{\"about\":{\"of_incident\":\"%s\"}}", of);
    assert_true(rows(d, ROW_ITEM, "0198f2c5-0000-7000-8000-00000000000a", "issued", text_str(&body),
                     false));
}

static void incident(struct dossier *d, const char *state)
{
    char id[UUID_TEXT];
    assert_int_equal(d->next.kind, QUERY_INCIDENT);
    assert_true(
        rows(d, ROW_INCIDENT, uuid_text(incident_id(), id), state, "{\"opened_at\":1}", false));
}

/* Why: the tables and the timeline of one document must tell of the same moment. */
static void what_was_committed_meanwhile_is_read_again(void **state)
{
    (void)state;
    struct dossier d;
    AUTO_JSON(json);
    dossier_begin(&d, incident_id(), NULL, 1, 0);
    assert_int_equal(d.next.kind, QUERY_TIMELINE);
    assert_true(one(&d, record_at_seq(5, REC_INCIDENT_OPENED, NULL), true));
    assert_int_equal(d.next.after, 5);
    assert_true(one(&d, record_at_seq(6, REC_UPDATED, NULL), false));
    incident(&d, "open");
    assert_int_equal(d.next.kind, QUERY_ITEMS);
    assert_true(rows(&d, ROW_ITEM, "0198f2c5-0000-7000-8000-000000000009", "issued", "{}", true));
    assert_string_equal(d.next.cursor, "0198f2c5-0000-7000-8000-000000000009");
    assert_true(rows(&d, ROW_ITEM, "0198f2c5-0000-7000-8000-000000000008", "done", "{}", false));
    assert_int_equal(d.next.kind, QUERY_ITEMS); /* what was learnt of it, open and done */
    assert_string_equal(d.next.sort, "improvement");
    assert_true(uuid_is_none(d.next.incident));
    lesson(&d, "0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11");
    assert_true(d.next.closed);
    lesson(&d, "0198f2c4-7a51-7c3e-9d1b-000000000000"); /* of another incident */
    assert_null(d.next.sort);
    assert_int_equal(d.next.kind, QUERY_REPORTS);
    assert_string_equal(d.next.cursor, "");
    assert_true(rows(&d, ROW_REPORT, "0198f2c5-0000-7000-8000-000000000007", "opened", "{}", true));
    assert_true(rows(&d, ROW_REPORT, "0198f2c5-0000-7000-8000-000000000006", "sent",
                     "{\"text\":\"# 1\"}", false));
    assert_int_equal(d.next.kind, QUERY_NOTICES);
    assert_string_equal(d.next.cursor, "");
    assert_true(nothing(&d));
    assert_int_equal(d.next.kind, QUERY_TIMELINE);
    assert_int_equal(d.next.after, 6);
    assert_true(one(&d, record_at_seq(9, REC_INCIDENT_CLOSED, NULL), false));
    incident(&d, "closed"); /* again, and items and reports with it */
    assert_true(rows(&d, ROW_ITEM, "0198f2c5-0000-7000-8000-000000000008", "done", "{}", false));
    lesson(&d, "0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11");
    assert_true(nothing(&d));
    assert_true(rows(&d, ROW_REPORT, "0198f2c5-0000-7000-8000-000000000006", "sent",
                     "{\"text\":\"# 1\"}", true));
    assert_true(rows(&d, ROW_REPORT, "0198f2c5-0000-7000-8000-000000000005", "sent", "{}", false));
    assert_true(nothing(&d));
    assert_false(nothing(&d));
    json = dossier_json(&d);
    assert_true(dossier_is_over(&d));
    assert_int_equal(json_array_size(json_at(json, "items")), 1);
    assert_int_equal(json_array_size(json_at(json, "lessons")), 1); /* not that of another */
    const json_t *reports = json_at(json, "reports"); /* oldest first, with their text */
    assert_int_equal(json_array_size(reports), 2);
    assert_string_equal(json_str(json_array_get(reports, 1), "text"), "# 1");
    assert_int_equal(json_array_size(json_at(json, "events")), 3);
    assert_int_equal(json_int(json, "first_seq", 0), 5);
    assert_int_equal(json_int(json, "last_seq", 0), 9);
    assert_string_equal(json_str(json, "as_of"), "1-40");
    dossier_done(&d);
}

/* Why: an incident in the middle of its night never stands still. */
static void it_ends_though_the_journal_does_not(void **state)
{
    (void)state;
    struct dossier d;
    int64_t seq = 1;
    bool go_on = true;
    dossier_begin(&d, incident_id(), NULL, 1, 0);
    for (int n = 0; n < 100 && go_on; n++) {
        if (d.next.kind == QUERY_TIMELINE)
            go_on = one(&d, record_at_seq(seq++, REC_UPDATED, NULL), false);
        else if (d.next.kind == QUERY_INCIDENT)
            incident(&d, "open");
        else
            go_on = nothing(&d);
    }
    assert_false(go_on);
    assert_false(dossier_is_over(&d));
    assert_int_equal(seq, 2 + DOSSIER_ROUNDS);
    dossier_done(&d);
}

static void a_message_has_the_first_time_of_each_proof_and_how_it_ended(void **state)
{
    (void)state;
    struct dossier d;
    AUTO_JSON(json);
    json_t *queued =
        json_pack("{s:s,s:s,s:{s:s,s:s,s:s,s:s}}", "notice", NOTICE, "to", "li.ming", "message",
                  "name", "李明", "text", "请核实", "code", "1234", "token", "secret");
    struct record *page[] = {record_at_seq(1, REC_NOTICE_QUEUED, queued),
                             notice_record(2, REC_NOTICE_HANDED), notice_record(3, REC_NOTICE_SENT),
                             notice_record(4, REC_NOTICE_SENT),
                             notice_record(5, REC_CALL_ANSWERED)};
    dossier_begin(&d, incident_id(), NULL, 1, 0);
    assert_true(journal(&d, page, 5, false));
    incident(&d, "closed");
    assert_true(nothing(&d));
    assert_true(nothing(&d));
    assert_true(nothing(&d));
    assert_true(nothing(&d));
    assert_true(rows(&d, ROW_NOTICE, NOTICE, "answered", "{}", false));
    assert_false(nothing(&d));
    json = dossier_json(&d);
    const json_t *notice = json_array_get(json_at(json, "notices"), 0);
    assert_string_equal(json_str(notice, "name"), "李明");
    assert_string_equal(json_str(notice, "state"), "answered");
    assert_string_equal(json_str(notice, "sent_at"), "2026-07-20T02:00:03.000Z");
    assert_string_equal(json_str(notice, "answered_at"), "2026-07-20T02:00:05.000Z");
    assert_null(json_at(notice, "code")); /* who reads it cannot answer in another's name */
    assert_null(json_at(notice, "token"));
    assert_int_equal(json_int(json, "omitted", 0), 4);
    assert_int_equal(json_array_size(json_at(json, "events")), 1);
    assert_int_equal(json_array_size(json_at(json, "answers")), 1);
    dossier_done(&d);
}

static void what_is_too_much_for_a_page_is_told(void **state)
{
    (void)state;
    struct dossier d;
    AUTO_JSON(json);
    struct record *page[] = {record_at_seq(1, REC_UPDATED, NULL),
                             record_at_seq(2, REC_UPDATED, NULL),
                             record_at_seq(3, REC_UPDATED, NULL)};
    dossier_begin(&d, incident_id(), NULL, 1, 2);
    assert_true(journal(&d, page, 3, false));
    incident(&d, "open");
    for (int n = 0; n < 5; n++)
        assert_true(nothing(&d));
    assert_false(nothing(&d));
    json = dossier_json(&d);
    assert_true(json_bool(json, "events_more"));
    assert_int_equal(json_array_size(json_at(json, "events")), 2);
    assert_int_equal(json_int(json, "rows", 0), 3);
    dossier_done(&d);
}

static void what_was_purged_and_what_fails_is_known(void **state)
{
    (void)state;
    struct dossier d;
    char id[UUID_TEXT];
    dossier_begin(&d, incident_id(), NULL, 1, 0);
    assert_true(one(&d, record_at_seq(1, REC_PURGED, NULL), false));
    assert_true(rows(&d, ROW_INCIDENT, uuid_text(incident_id(), id), "closed", NULL, false));
    assert_true(dossier_is_purged(&d));
    assert_false(dossier_take(&d, &(struct query_result){.err = ERR_IO}));
    dossier_done(&d);
}

/* Why: what was declared and what experts said belong to what is kept for ever. */
static void what_was_stated_and_advised_is_taken(void **state)
{
    (void)state;
    struct dossier d;
    AUTO_JSON(json);
    dossier_begin(&d, incident_id(), NULL, 1, 0);
    struct record *ordered = record_at_seq(1, REC_ORDERED, json_pack("{s:s}", "action", "issue"));
    ordered->sealed = json_pack("{s:{s:s,s:s,s:s}}", "order", "action", "issue", "warning", "red",
                                "what", "Stay inside");
    struct record *opinion =
        record_at_seq(2, REC_OPINION_GIVEN, json_pack("{s:s}", "by", "li.ming"));
    opinion->sealed = json_pack("{s:{s:s,s:s}}", "ev", "note", "dig", "file", "map.pdf");
    assert_true(one(&d, ordered, true));
    assert_true(one(&d, opinion, false));
    incident(&d, "open");
    json = dossier_json(&d);
    const json_t *order = json_array_get(json_at(json, "orders"), 0);
    assert_string_equal(json_str(order, "warning"), "red");
    assert_string_equal(json_str(order, "what"), "Stay inside");
    const json_t *answer = json_array_get(json_at(json, "answers"), 0);
    assert_string_equal(json_str(answer, "kind"), "opinion_given");
    assert_string_equal(json_str(answer, "note"), "dig");
    assert_string_equal(json_str(answer, "file"), "map.pdf");
    dossier_done(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_committed_meanwhile_is_read_again),
        cmocka_unit_test(it_ends_though_the_journal_does_not),
        cmocka_unit_test(a_message_has_the_first_time_of_each_proof_and_how_it_ended),
        cmocka_unit_test(what_is_too_much_for_a_page_is_told),
        cmocka_unit_test(what_was_purged_and_what_fails_is_known),
        cmocka_unit_test(what_was_stated_and_advised_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
