/*
 * Ten thousand contacts that do not answer for an hour: what failed together must not come back
 * together, or the service that has just got up is knocked down again.
 */
#include "core_lab.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define AWAITS "{'names':[],'steps':['0.1']}"

enum {
    CONTACTS = 10000,
    TAKES_MS = 100, /* an attempt, until it is refused */
    HOUR = 3600,
    CALM = 900, /* seconds until what began together has come apart */
    SECONDS = 2 * HOUR
};

struct pending {
    mono_ms at;
    struct uuid notice;
    int64_t number;
};

/* The endpoint, by hand: no journal, as that of such an hour would be long. */
struct storm {
    struct lab lab;
    struct pending *pending; /* a ring: all take equally long */
    size_t head, count;
    mono_ms began;
    bool up;
    int64_t sent;
    int a_second[SECONDS];
};

static void attempt_begins(struct storm *s, const struct effect *e)
{
    assert_true(s->count < CONTACTS);
    struct pending *p = &s->pending[(s->head + s->count++) % CONTACTS];
    *p = (struct pending){.at = s->lab.mono + TAKES_MS,
                          .notice = e->notice,
                          .number = json_int(e->body, "number", 0)};
    s->a_second[(s->lab.mono - s->began) / 1000]++;
}

static void take(struct storm *s, struct input in)
{
    struct update u = {0};
    struct row *rows;
    size_t count;
    in.wall = s->lab.wall;
    in.mono = s->lab.mono;
    in.who = (struct principal){.id = "uid:0", .scopes = SCOPE_ALL};
    core_decide(s->lab.core, &in, &u);
    for (size_t n = 0; n < u.effects_count; n++) {
        if (u.effects[n].kind == EFFECT_ATTEMPT)
            attempt_begins(s, &u.effects[n]);
    }
    for (size_t n = 0; n < u.records_count; n++)
        s->sent += u.records[n]->kind == REC_NOTICE_SENT;
    update_done(&u);
    core_dirty_rows(s->lab.core, &rows, &count);
    for (size_t n = 0; n < count; n++)
        row_done(&rows[n]);
    free(rows);
}

static void attempt_ends(struct storm *s)
{
    struct pending p = s->pending[s->head];
    char id[UUID_TEXT];
    AUTO_JSON(body);
    s->head = (s->head + 1) % CONTACTS;
    s->count--;
    body = json_put_str(json_object(), "notice", uuid_text(p.notice, id));
    json_put_int(body, "number", p.number);
    json_put(body, "ok", json_boolean(s->up));
    json_put_str(body, "class", s->up ? "status" : "connect");
    take(s, (struct input){.kind = IN_RESULT, .body = body});
}

static void live(struct storm *s, int64_t seconds)
{
    mono_ms until = s->lab.mono + seconds * 1000;
    for (;;) {
        mono_ms due = core_next_due(s->lab.core);
        mono_ms ends = s->count ? s->pending[s->head].at : INT64_MAX;
        mono_ms next = due < ends ? due : ends;
        if (next > until)
            break;
        if (next > s->lab.mono) {
            s->lab.wall += next - s->lab.mono;
            s->lab.mono = next;
        }
        if (ends <= due)
            attempt_ends(s);
        else
            take(s, (struct input){.kind = IN_TICK});
    }
    s->lab.wall += until - s->lab.mono;
    s->lab.mono = until;
}

static int most(const struct storm *s, int from, int to)
{
    int peak = 0;
    for (int at = from; at < to; at++)
        peak = s->a_second[at] > peak ? s->a_second[at] : peak;
    return peak;
}

static void ten_thousand_that_failed_together_do_not_come_back_together(void **state)
{
    (void)state;
    struct storm *s = mem_new(1, sizeof *s);
    size_t n;
    json_t *attempt;
    lab_start_crew(&s->lab, CONTACTS);
    lab_trigger(&s->lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(&s->lab,
             "[{'kind':'notify','step':'0.1','args':{'to':['group:crew'],'text':'high water',"
             "'within_ms':10800000}}]",
             AWAITS);
    s->pending = mem_new(CONTACTS, sizeof *s->pending);
    s->began = s->lab.mono;
    json_array_foreach(s->lab.attempts, n, attempt)
    {
        struct effect e = {.body = attempt};
        char id[UUID_TEXT] = {0};
        memcpy(id, json_str(attempt, "notice"), UUID_TEXT - 1);
        assert_true(uuid_parse(id, &e.notice));
        attempt_begins(s, &e);
    }
    live(s, HOUR);
    /* 10,000 a minute are 167 a second; a third more happens by chance, more would be a wave */
    assert_in_range(most(s, CALM, HOUR), 167, 230);
    assert_int_equal(s->sent, 0);
    s->up = true;
    live(s, 80);
    assert_int_equal(s->sent, CONTACTS); /* each within its minute, and once */
    assert_in_range(most(s, HOUR, HOUR + 80), 1, 250);
    assert_int_equal(core_audit(s->lab.core, s->lab.mono), 0);
    s->lab.planted = true; /* there is no journal to compare it with */
    lab_done(&s->lab);
    free(s->pending);
    free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_thousand_that_failed_together_do_not_come_back_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
