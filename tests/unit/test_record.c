#include "core/record.h"
#include "core/row.h"
#include "unit.h"

#include <string.h>

static void every_kind_has_one_name_that_is_never_another(void **state)
{
    (void)state;
    for (unsigned k = 0; k < REC_KINDS; k++) {
        enum record_kind back;
        const char *name = record_kind_name((enum record_kind)k);
        assert_true(record_kind_parse(name, &back));
        assert_int_equal(back, k);
        assert_true(strlen(record_kind_sentence((enum record_kind)k)) > 10);
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz_"), strlen(name));
    }
    enum record_kind none;
    assert_false(record_kind_parse("", &none));
    assert_false(record_kind_parse("Turn", &none));
}

static void the_sealed_part_is_read_before_the_open_one(void **state)
{
    (void)state;
    struct uuid incident = {{1}};
    struct record *r = record_new(REC_UPDATED, incident);
    json_put_str(json_put_str(r->body, "by", "uid:0"), "note", "open");
    assert_string_equal(record_str(r, "note"), "open");
    r->sealed = json_put_str(json_object(), "note", "sealed");
    assert_string_equal(record_str(r, "note"), "sealed");
    assert_string_equal(record_str(r, "by"), "uid:0");
    assert_null(record_at(r, "missing"));
    assert_int_equal(uuid_cmp(r->incident, incident), 0);

    struct record *same = record_ref(r);
    record_unref(r);
    assert_string_equal(record_str(same, "by"), "uid:0");
    record_unref(same);
    record_unref(NULL);
}

static void a_row_gives_back_all_it_holds(void **state)
{
    (void)state;
    struct row row = {.kind = ROW_INCIDENT,
                      .id = mem_str("x"),
                      .plan = mem_str("flood"),
                      .state = mem_str("open"),
                      .body = json_object()};
    row_done(&row);
    assert_null(row.id);
    assert_null(row.body);
    row_done(&row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_one_name_that_is_never_another),
        cmocka_unit_test(the_sealed_part_is_read_before_the_open_one),
        cmocka_unit_test(a_row_gives_back_all_it_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
