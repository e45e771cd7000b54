/* Who may come in by a key or a session, for how long, and that the record knows it. */
#include "core/access.h"
#include "core_lab.h"
#include "unit.h"

#include <string.h>

#define DAY (24 * 3600 * 1000)

static const json_t *say(struct lab *lab, enum input_kind kind, const char *body)
{
    lab_input(lab, (struct input){.kind = kind}, body);
    return lab->reply;
}

static void made(struct lab *lab, const char *body)
{
    assert_true(json_bool(say(lab, IN_KEY_CREATE, body), "ok"));
}

static unsigned rights(const struct lab *lab, const char *principal)
{
    unsigned scopes = 0;
    return core_access(lab->core, principal, lab->mono, &scopes) ? scopes : 0;
}

/* The principal of a new session. */
static void login(struct lab *lab, const char *by, char ret[96])
{
    AUTO_TEXT(body);
    text_addf(&body, "{'by':'%s'}", by);
    const json_t *reply = say(lab, IN_LOGIN, text_str(&body));
    assert_true(json_bool(reply, "ok"));
    strcpy(ret, json_str(reply, "principal"));
}

/* Why: a key that can do more than was asked for is the one that leaks. */
static void a_key_may_do_what_it_was_made_for_and_no_more(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    made(&lab, "{'name':'desk','scopes':['read','trigger']}");
    assert_int_equal(rights(&lab, "key:desk"), SCOPE_READ | SCOPE_TRIGGER);
    assert_int_equal(rights(&lab, "key:des"), 0);
    made(&lab, "{'name':'one','scopes':'order'}");
    assert_int_equal(rights(&lab, "key:one"), SCOPE_ORDER);
    lab_crash(&lab);
    assert_int_equal(rights(&lab, "key:desk"), SCOPE_READ | SCOPE_TRIGGER);
    lab_done(&lab);
}

/* Why: nobody guesses the words that a key may have. */
static void a_key_without_scopes_is_refused_and_they_are_listed(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    const json_t *reply = say(&lab, IN_KEY_CREATE, "{'name':'desk'}");
    assert_string_equal(json_str(reply, "code"), "missing_field");
    assert_non_null(strstr(json_str(reply, "error"), "trigger, read, respond, order, admin"));
    assert_int_equal(lab_count(&lab, REC_KEY_CREATED), 0);
    lab_done(&lab);
}

/* Why: what a key did years ago must not be taken for the deed of another one. */
static void a_name_is_given_once_also_after_it_was_revoked(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    made(&lab, "{'name':'desk','scopes':['read']}");
    const char *again = "{'name':'desk','scopes':['admin']}";
    assert_string_equal(json_str(say(&lab, IN_KEY_CREATE, again), "code"), "conflict");
    assert_true(json_bool(say(&lab, IN_KEY_REVOKE, "{'name':'desk'}"), "ok"));
    assert_string_equal(json_str(say(&lab, IN_KEY_CREATE, again), "code"), "conflict");
    lab_crash(&lab);
    assert_string_equal(json_str(say(&lab, IN_KEY_CREATE, again), "code"), "conflict");
    assert_int_equal(rights(&lab, "key:desk"), 0);
    lab_done(&lab);
}

/* Why: "session:key:a/b/…" would be of "a" or of "a/b", and "a drill" shares the drills of "a". */
static void a_name_is_one_word(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    static const char *const bad[] = {"a/b", "a drill"};
    for (size_t n = 0; n < sizeof bad / sizeof *bad; n++) {
        AUTO_TEXT(body);
        text_addf(&body, "{'name':'%s','scopes':['read']}", bad[n]);
        const json_t *reply = say(&lab, IN_KEY_CREATE, text_str(&body));
        assert_string_equal(json_str(reply, "field"), "name");
    }
    made(&lab, "{'name':'值班室','scopes':['read']}");
    assert_int_equal(rights(&lab, "key:值班室"), SCOPE_READ);
    lab_done(&lab);
}

static void what_is_revoked_twice_is_recorded_once(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    made(&lab, "{'name':'desk','scopes':['read']}");
    assert_true(json_bool(say(&lab, IN_KEY_REVOKE, "{'name':'desk'}"), "ok"));
    assert_true(json_bool(say(&lab, IN_KEY_REVOKE, "{'name':'desk'}"), "ok"));
    assert_int_equal(lab_count(&lab, REC_KEY_REVOKED), 1);
    assert_string_equal(json_str(say(&lab, IN_KEY_REVOKE, "{'name':'dsk'}"), "code"),
                        "unknown_key");
    lab_done(&lab);
}

/* Why: a key for the contractor of one summer is forgotten by winter. */
static void a_key_ends_when_its_time_is_up(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    made(&lab, "{'name':'summer','scopes':['read'],'expires':'90d'}");
    lab_after(&lab, INT64_C(90) * DAY - 1);
    assert_int_equal(rights(&lab, "key:summer"), SCOPE_READ);
    lab_crash(&lab);
    lab_after(&lab, 1);
    assert_int_equal(rights(&lab, "key:summer"), 0);
    static const char *const bad[] = {"0s", "soon", "90", "2027-01-01"};
    for (size_t n = 0; n < sizeof bad / sizeof *bad; n++) {
        AUTO_TEXT(body);
        text_addf(&body, "{'name':'b','scopes':['read'],'expires':'%s'}", bad[n]);
        const json_t *reply = say(&lab, IN_KEY_CREATE, text_str(&body));
        assert_string_equal(json_str(reply, "field"), "expires");
    }
    lab_done(&lab);
}

/* Why: the clock of a machine is set by many hands, an old key must not become young by one. */
static void the_time_of_a_key_is_that_of_the_steady_clock(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    made(&lab, "{'name':'a','scopes':['read'],'expires':'1h'}");
    lab.wall -= INT64_C(30) * DAY;
    lab_after(&lab, 3600000);
    assert_int_equal(rights(&lab, "key:a"), 0);
    lab_done(&lab);
}

/* Why: who may not make keys would else make one that may do all. */
static void only_an_administrator_makes_and_revokes_keys(void **state)
{
    (void)state;
    struct lab lab;
    lab_start(&lab);
    made(&lab, "{'name':'desk','scopes':['read']}");
    struct input in = {.kind = IN_KEY_CREATE,
                       .who = {.id = "uid:9", .scopes = SCOPE_ALL & ~(unsigned)SCOPE_ADMIN}};
    lab_input(&lab, in, "{'name':'more','scopes':['admin']}");
    assert_string_equal(json_str(lab.reply, "code"), "denied");
    in.kind = IN_KEY_REVOKE;
    lab_input(&lab, in, "{'name':'desk'}");
    assert_string_equal(json_str(lab.reply, "code"), "denied");
    assert_int_equal(rights(&lab, "key:desk"), SCOPE_READ);
    lab_done(&lab);
}

/* A trigger as of a connection that was let in by `id` when that was still in force. */
static const char *trigger_as(struct lab *lab, const char *id)
{
    const struct input in = {.kind = IN_TRIGGER, .who = {.id = id, .scopes = SCOPE_ALL}};
    lab_input(lab, in, "{'plan':'watch','title':'x'}");
    return json_str_or(lab->reply, "code", "ok");
}

/*
 * Why: a connection learns that its key has ended when that is on disk; a slow disk must not leave
 * whoever stole the key seconds to give orders, nor the record a deed behind the end.
 */
static void nothing_is_done_by_what_has_ended(void **state)
{
    (void)state;
    struct lab lab;
    char session[96];
    lab_start(&lab);
    made(&lab, "{'name':'desk','scopes':['trigger']}");
    made(&lab, "{'name':'brief','scopes':['trigger'],'expires':'1h'}");
    login(&lab, "key:desk", session);
    assert_string_equal(trigger_as(&lab, "key:desk"), "ok");
    assert_string_equal(trigger_as(&lab, session), "ok");
    say(&lab, IN_KEY_REVOKE, "{'name':'desk'}");
    assert_string_equal(trigger_as(&lab, "key:desk"), "unauthorized");
    assert_non_null(strstr(json_str(lab.reply, "error"), "key:desk was revoked"));
    assert_string_equal(trigger_as(&lab, session), "unauthorized");
    assert_string_equal(trigger_as(&lab, "key:brief"), "ok");
    lab_after(&lab, 3600000);
    assert_string_equal(trigger_as(&lab, "key:brief"), "unauthorized");
    lab_done(&lab);
}

static void a_session_may_what_its_key_may_and_lasts_a_week(void **state)
{
    (void)state;
    struct lab lab;
    char id[96];
    lab_start(&lab);
    made(&lab, "{'name':'desk','scopes':['read','respond']}");
    login(&lab, "key:desk", id);
    assert_memory_equal(id, "session:key:desk/", 17);
    assert_int_equal(rights(&lab, id), SCOPE_READ | SCOPE_RESPOND);
    lab_crash(&lab);
    lab_after(&lab, INT64_C(7) * DAY - 1);
    assert_int_equal(rights(&lab, id), SCOPE_READ | SCOPE_RESPOND);
    lab_after(&lab, 1);
    assert_int_equal(rights(&lab, id), 0);
    lab_done(&lab);
}

/* Why: revoking a key that has leaked would be of no use while a browser goes on. */
static void a_session_ends_with_its_key(void **state)
{
    (void)state;
    struct lab lab;
    char of_key[96], other[96], short_one[96];
    lab_start(&lab);
    made(&lab, "{'name':'desk','scopes':['read']}");
    made(&lab, "{'name':'brief','scopes':['read'],'expires':'1h'}");
    login(&lab, "key:desk", of_key);
    login(&lab, "link", other);
    login(&lab, "key:brief", short_one);
    say(&lab, IN_KEY_REVOKE, "{'name':'desk'}");
    assert_int_equal(rights(&lab, of_key), 0);
    assert_int_equal(rights(&lab, other), SCOPE_ALL);
    assert_int_equal(lab_count(&lab, REC_SESSION_CLOSED), 1);
    assert_string_equal(json_str(lab_last(&lab, REC_SESSION_CLOSED)->body, "session"), of_key);
    lab_after(&lab, 3600000);
    assert_int_equal(rights(&lab, short_one), 0);
    lab_done(&lab);
}

static void only_what_is_in_force_signs_in(void **state)
{
    (void)state;
    struct lab lab;
    char id[96];
    AUTO_TEXT(body);
    lab_start(&lab);
    made(&lab, "{'name':'desk','scopes':['read']}");
    login(&lab, "key:desk", id);
    text_addf(&body, "{'by':'%s'}", id);
    assert_string_equal(json_str(say(&lab, IN_LOGIN, text_str(&body)), "code"), "unauthorized");
    say(&lab, IN_KEY_REVOKE, "{'name':'desk'}");
    assert_string_equal(json_str(say(&lab, IN_LOGIN, "{'by':'key:desk'}"), "code"), "unauthorized");
    lab_done(&lab);
}

static void a_sign_out_ends_that_session_alone(void **state)
{
    (void)state;
    struct lab lab;
    char one[96], two[96];
    lab_start(&lab);
    login(&lab, "link", one);
    login(&lab, "link", two);
    struct input out = {.kind = IN_LOGOUT, .who = {.id = one, .scopes = SCOPE_ALL}};
    lab_input(&lab, out, "{}");
    assert_true(json_bool(lab.reply, "ok"));
    assert_int_equal(rights(&lab, one), 0);
    assert_int_equal(rights(&lab, two), SCOPE_ALL);
    lab_input(&lab, out, "{}"); /* who has no session is out already */
    assert_true(json_bool(lab.reply, "ok"));
    assert_int_equal(lab_count(&lab, REC_SESSION_CLOSED), 1);
    lab_crash(&lab);
    assert_int_equal(rights(&lab, one), 0);
    lab_done(&lab);
}

/* Why: a page that signs in again and again must not fill the memory, nor lock out its owner. */
static void for_one_session_too_many_the_oldest_ends(void **state)
{
    (void)state;
    struct lab lab;
    char first[96], second[96], id[96];
    lab_start(&lab);
    login(&lab, "link", first);
    login(&lab, "link", second);
    for (int n = 2; n < ACCESS_SESSIONS_MAX; n++)
        login(&lab, "link", id);
    assert_int_equal(rights(&lab, first), SCOPE_ALL);
    login(&lab, "link", id);
    assert_int_equal(rights(&lab, first), 0);
    assert_int_equal(rights(&lab, second), SCOPE_ALL);
    lab_after(&lab, INT64_C(7) * DAY);
    login(&lab, "link", id); /* all others are over, and are swept */
    assert_int_equal(lab_count(&lab, REC_SESSION_CLOSED), ACCESS_SESSIONS_MAX + 1);
    lab_done(&lab);
}

/* Why: whoever holds the least of all keys could else throw the duty room out, again and again. */
static void whoever_signs_in_again_and_again_pushes_out_nobody_else(void **state)
{
    (void)state;
    struct lab lab;
    char duty[96], busy[96];
    lab_start(&lab);
    made(&lab, "{'name':'busy','scopes':['read']}");
    login(&lab, "link", duty);
    for (int n = 0; n < 2 * ACCESS_SESSIONS_MAX; n++)
        login(&lab, "key:busy", busy);
    assert_int_equal(rights(&lab, duty), SCOPE_ALL);
    assert_int_equal(rights(&lab, busy), SCOPE_READ);
    assert_int_equal(lab_count(&lab, REC_SESSION_CLOSED), ACCESS_SESSIONS_MAX + 1);
    login(&lab, "link", duty); /* and there is room for the others */
    assert_int_equal(lab_count(&lab, REC_SESSION_CLOSED), ACCESS_SESSIONS_MAX + 2);
    assert_int_equal(rights(&lab, busy), SCOPE_READ);
    lab_done(&lab);
}

static void the_list_of_keys_has_all_of_them_and_no_sessions(void **state)
{
    (void)state;
    struct lab lab;
    char id[96];
    AUTO_JSON(keys);
    lab_start(&lab);
    made(&lab, "{'name':'b','scopes':['read']}");
    made(&lab, "{'name':'a','scopes':['order'],'expires':'1h'}");
    login(&lab, "key:b", id);
    say(&lab, IN_KEY_REVOKE, "{'name':'b'}");
    keys = core_keys(lab.core);
    assert_int_equal(json_array_size(keys), 2);
    assert_string_equal(json_str(json_array_get(keys, 0), "name"), "a");
    assert_true(json_int(json_array_get(keys, 0), "until", 0) > 0);
    assert_true(json_int(json_array_get(keys, 1), "revoked_at", 0) > 0);
    lab_done(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_may_do_what_it_was_made_for_and_no_more),
        cmocka_unit_test(a_key_without_scopes_is_refused_and_they_are_listed),
        cmocka_unit_test(a_name_is_given_once_also_after_it_was_revoked),
        cmocka_unit_test(a_name_is_one_word),
        cmocka_unit_test(what_is_revoked_twice_is_recorded_once),
        cmocka_unit_test(a_key_ends_when_its_time_is_up),
        cmocka_unit_test(the_time_of_a_key_is_that_of_the_steady_clock),
        cmocka_unit_test(only_an_administrator_makes_and_revokes_keys),
        cmocka_unit_test(nothing_is_done_by_what_has_ended),
        cmocka_unit_test(a_session_may_what_its_key_may_and_lasts_a_week),
        cmocka_unit_test(a_session_ends_with_its_key),
        cmocka_unit_test(only_what_is_in_force_signs_in),
        cmocka_unit_test(a_sign_out_ends_that_session_alone),
        cmocka_unit_test(for_one_session_too_many_the_oldest_ends),
        cmocka_unit_test(whoever_signs_in_again_and_again_pushes_out_nobody_else),
        cmocka_unit_test(the_list_of_keys_has_all_of_them_and_no_sessions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
