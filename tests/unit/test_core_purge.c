/*
 * Purge (rule R11): only what is over, once, and whatever is kept outside of the incident's own
 * rows goes with it.
 */
#include "core_lab.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define FLOOD "{'plan':'flood','title':'Gauge 7'}"

static const json_t *purge(struct lab *lab, unsigned scopes)
{
    struct uuid id;
    assert_true(uuid_parse(lab->incident, &id));
    lab_input(lab,
              (struct input){
                  .kind = IN_PURGE, .incident = id, .who = {.id = "uid:1000", .scopes = scopes}},
              "{}");
    return lab->reply;
}

static void refused(struct lab *lab, const char *code, const char *words)
{
    size_t records = lab->journal_count;
    const json_t *reply = purge(lab, SCOPE_ALL);
    assert_string_equal(json_str_or(reply, "code", ""), code);
    assert_non_null(strstr(json_str(reply, "error"), words));
    assert_int_equal(lab->journal_count, records);
}

/* Why: whoever is still called, or still reports, would be lost sight of. */
static void what_goes_on_is_not_purged(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, FLOOD);
    refused(&lab, "conflict", "is not over");
    lab_turn(&lab, "[{'kind':'notify','step':'0.1','args':{'to':'person:li.ming','text':'go'}}]",
             "{'steps':[]}");
    assert_non_null(lab_attempt(&lab, "li.ming"));
    lab_say(&lab, IN_RESOLVE, "{}");
    refused(&lab, "conflict", "still on its way");
    lab_results(&lab, "{'ok':true,'status':200}");
    assert_true(json_bool(purge(&lab, SCOPE_ALL), "ok"));
    lab_done(&lab);
}

static void only_who_administers_may_purge(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, FLOOD);
    lab_say(&lab, IN_RESOLVE, "{}");
    lab_results(&lab, "{'ok':true,'status':200}");
    assert_string_equal(json_str_or(purge(&lab, SCOPE_ALL & ~SCOPE_ADMIN), "code", ""), "denied");
    assert_int_equal(lab_count(&lab, REC_PURGED), 0);
    assert_true(json_bool(purge(&lab, SCOPE_ALL), "purged"));
    assert_false(json_bool(lab.reply, "already"));
    const struct record *r = lab_last(&lab, REC_PURGED);
    assert_null(r->sealed); /* it needs no key, as there is none any more */
    assert_string_equal(json_str(r->actor, "id"), "uid:1000");
    lab_done(&lab);
}

/* Why: an Idempotency-Key is written by people, and stands in a row of its own for a day. */
static void its_idempotency_keys_go_with_it(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger_once(&lab, "a1", FLOOD);
    lab_trigger_once(&lab, "of another", "{'plan':'flood','title':'Gauge 8'}");
    char other[UUID_TEXT];
    memcpy(other, lab.incident, sizeof other);
    lab_trigger_once(&lab, "a1", FLOOD);
    memcpy(lab.incident, json_str(lab.reply, "incident"), sizeof lab.incident);
    lab_say(&lab, IN_RESOLVE, "{}");
    lab_results(&lab, "{'ok':true,'status':200}");
    assert_int_equal(core_stats(lab.core).once_keys, 2);
    assert_true(json_bool(purge(&lab, SCOPE_ALL), "ok"));
    assert_int_equal(core_stats(lab.core).once_keys, 1);
    lab_crash(&lab);
    assert_int_equal(core_stats(lab.core).once_keys, 1);
    lab_trigger_once(&lab, "of another", "{'plan':'flood','title':'Gauge 8'}");
    assert_string_equal(json_str(lab.reply, "incident"), other);
    lab_done(&lab);
}

/* As it stands in a journal whose key was destroyed. */
static struct record *without_seal(const struct record *from)
{
    struct record *r = record_new(from->kind, from->incident);
    r->seq = from->seq;
    r->at_ms = from->at_ms;
    r->mono = from->mono;
    r->actor = json_share(from->actor);
    json_decref(r->body);
    r->body = json_share(from->body);
    r->purged = from->sealed != NULL;
    return r;
}

/* Why: a database is made again from what is left, years later. Whatever an incident went through.
 */
static void what_is_left_of_a_journal_can_still_be_applied(void **state)
{
    (void)state;
    struct lab lab;
    struct row *rows = NULL;
    size_t count = 0, incidents = 0;
    lab_start(&lab);
    lab_trigger_once(
        &lab, "a1", "{'plan':'flood','title':'Gauge 7','key':'k','fields':{'g7':{'stage_m':4.9}}}");
    lab_turn(
        &lab,
        "[{'kind':'call','step':'0.1','args':{'to':'duty:duty-room','within':'3m','text':'go'}}"
        ",{'kind':'notify','step':'0.2','args':{'to':'person:zhou.jie','text':'see'}}]",
        "{'steps':['0.1']}");
    lab_results(&lab, "{'ok':false,'status':500}");
    lab_receipt(&lab, "zhou.jie", "seen");
    lab_after(&lab, MS_HOUR);
    lab_answer(&lab, "li.ming");
    lab_planner_dies(&lab, "strike");
    lab_say(&lab, IN_UPDATE, "{'note':'water'}");
    lab_say(&lab, IN_ORDER, "{'action':'terminate','reason':'over'}");
    lab_results(&lab, "{'ok':true,'status':200}");
    lab_after(&lab, 2 * MS_HOUR);

    struct core_config config = {.version = "1", .speed = 1, .incidents_max = 100};
    struct core *core = core_new(&config);
    for (size_t n = 0; n < lab.journal_count; n++) {
        struct record *r = without_seal(lab.journal[n]);
        core_apply(core, r);
        record_unref(r);
    }
    core_dirty_rows(core, &rows, &count);
    for (size_t n = 0; n < count; n++) {
        if (rows[n].kind == ROW_INCIDENT) {
            incidents++;
            assert_string_equal(rows[n].state, "closed");
            assert_false(rows[n].open);
        }
        row_done(&rows[n]);
    }
    free(rows);
    assert_int_equal(incidents, 1);
    core_free(core);
    lab_done(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_on_is_not_purged),
        cmocka_unit_test(only_who_administers_may_purge),
        cmocka_unit_test(its_idempotency_keys_go_with_it),
        cmocka_unit_test(what_is_left_of_a_journal_can_still_be_applied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
