/* A timer that was lost: nothing happens, and nobody would know. */
#include "core_lab.h"
#include "unit.h"

#include "core/incident.h"
#include "core/item.h"
#include "core/place.h"
#include "core/state.h"

#include <stdlib.h>
#include <string.h>

#define LATER "{'ok':false,'status':503,'error':'busy'}"
#define NOTIFY(to) "[{'kind':'notify','step':'0.1','args':{'to':['" to "'],'text':'high water'}}]"
#define CALL                                                                                       \
    "[{'kind':'call','step':'0.1','args':{'to':['person:sun.wei','person:li.ming'],'text':'come'," \
    "'within_ms':300000}}]"
#define AWAITS "{'names':[],'steps':['0.1']}"
#define MINUTE 60000

static struct incident *last(const struct lab *lab)
{
    struct uuid id;
    assert_true(uuid_parse(lab->incident, &id));
    return core_incident(lab->core, id);
}

static void audited(struct lab *lab)
{
    lab_input(lab, (struct input){.kind = IN_AUDIT}, NULL);
}

/* The minutes go by, and the auditor comes each minute. */
static void minutes(struct lab *lab, int count)
{
    for (int n = 0; n < count; n++) {
        lab_after(lab, MINUTE);
        audited(lab);
    }
}

static void began(struct lab *lab, const char *cmds)
{
    lab_start(lab);
    lab_trigger(lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(lab, cmds, AWAITS);
}

/* The rung is over, and the next person is never called: this is how pages get lost elsewhere. */
static void a_call_whose_timer_was_lost_is_an_alarm_within_a_minute(void **state)
{
    (void)state;
    struct lab lab;
    began(&lab, CALL);
    struct call *call = LIST_FIRST(&last(&lab)->calls);
    timer_clear(&lab.core->timers, &call->timer);
    minutes(&lab, 1);
    lab_tells(&lab, "alarm cause=auditor/call\nnotice_queued step= to=wang.qiang");
    minutes(&lab, 30);
    assert_int_equal(lab_count(&lab, REC_ALARM), 1); /* once a cause, not each minute */
    lab.unaudited = true;
    lab.planted = true; /* its row has no timer, the others do */
    lab_done(&lab);
}

static void a_message_whose_next_attempt_was_lost_is_an_alarm(void **state)
{
    (void)state;
    struct lab lab;
    began(&lab, NOTIFY("person:sun.wei"));
    lab_result(&lab, "sun.wei", LATER);
    struct notice *n = LIST_FIRST(&last(&lab)->notices);
    timer_clear(&lab.core->timers, &n->timer);
    minutes(&lab, 1);
    lab_tells(&lab, "alarm cause=auditor/message");
    lab.unaudited = true;
    lab.planted = true; /* its row has no timer, the others do */
    lab_done(&lab);
}

static void a_message_that_stands_in_no_queue_is_an_alarm(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_input(&lab, (struct input){.kind = IN_COURIER_DIED}, NULL);
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(&lab, NOTIFY("person:sun.wei"), AWAITS);
    place_dequeue(lab.core, LIST_FIRST(&last(&lab)->notices));
    minutes(&lab, 1);
    lab_tells(&lab, "alarm cause=auditor/message");
    lab.unaudited = true;
    lab.planted = true; /* its row has no timer, the others do */
    lab_done(&lab);
}

static void an_item_that_nobody_is_reminded_of_is_an_alarm(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_trigger(&lab, "{'plan':'lake','title':'Lake'}");
    struct item *item = LIST_FIRST(&last(&lab)->items);
    assert_non_null(item);
    timer_clear(&lab.core->timers, &item->timer);
    minutes(&lab, 1);
    lab_tells(&lab, "alarm cause=auditor/item");
    lab.unaudited = true;
    lab.planted = true; /* its row has no timer, the others do */
    lab_done(&lab);
}

/* Nothing is lost, and yet it does not go out: somebody must know before the time is over. */
static void messages_that_wait_for_longer_than_they_have_are_an_alarm(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    lab_input(&lab, (struct input){.kind = IN_COURIER_DIED}, NULL);
    lab_trigger(&lab, "{'plan':'flood','title':'Gauge 7'}");
    lab_turn(&lab, NOTIFY("person:sun.wei"), AWAITS);
    minutes(&lab, 60);
    lab_never(&lab, "auditor");
    minutes(&lab, 3);
    lab_tells(&lab, "alarm cause=auditor/late");
    lab.unaudited = true;
    lab_done(&lab);
}

static void what_goes_its_way_is_no_alarm(void **state)
{
    (void)state;
    struct lab lab;
    began(&lab, CALL);
    for (int n = 0; n < 90; n++) {
        lab_results(&lab, n % 3 ? LATER : "{'ok':true,'status':200}");
        minutes(&lab, 1);
    }
    lab_never(&lab, "auditor");
    lab_done(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_whose_timer_was_lost_is_an_alarm_within_a_minute),
        cmocka_unit_test(a_message_whose_next_attempt_was_lost_is_an_alarm),
        cmocka_unit_test(a_message_that_stands_in_no_queue_is_an_alarm),
        cmocka_unit_test(an_item_that_nobody_is_reminded_of_is_an_alarm),
        cmocka_unit_test(messages_that_wait_for_longer_than_they_have_are_an_alarm),
        cmocka_unit_test(what_goes_its_way_is_no_alarm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
