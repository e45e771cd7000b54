/*
 * The ledger at the size of years: each way to ask for items gives the right ones, page after page,
 * and a page costs what it holds. Times are printed; what is asserted is the bound of a reader's
 * transaction. MUSTER_BENCH_ITEMS (default 20,000; 200,000 is the size meant) makes a longer run.
 */
#include "storekit.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ITEMS_EACH = 10, BATCH = 100, ITEM_IDS = 20000000, PAGE = 100, PAGE_MS = 50 };

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int items_wanted(void)
{
    const char *items = getenv("MUSTER_BENCH_ITEMS");
    return items ? (int)strtol(items, NULL, 10) : 20000;
}

/* Of a hundred: 60 measures, 30 directives, 10 requests; the first ten of a thousand are late,
 * every fourth is struck off; owners are twenty departments. */
static struct row item_row_of(int n)
{
    char id[UUID_TEXT], owner[32];
    bool open = n % 4 != 3;
    const char *kind = n % 10 < 6 ? "measure" : n % 10 < 9 ? "directive" : "request";
    json_t *about = json_pack("{s:{s:s,s:s},s:s}", "title", "zh", "巡查堤防与水闸", "en",
                              "Patrol the dykes and the sluices", "done_when", "each is reported");
    snprintf(owner, sizeof owner, "dept:d%d", n % 20);
    return (struct row){.kind = ROW_ITEM,
                        .id = mem_str(uuid_text(kit_uuid(ITEM_IDS + n), id)),
                        .incident = kit_uuid(n / ITEMS_EACH),
                        .open = open,
                        .plan = mem_str(owner),
                        .state = mem_str(open ? "received" : "struck"),
                        .sort = mem_str(kind),
                        .late = open && n % 1000 < 10,
                        .due = 1784512800000 + n,
                        .body = json_pack("{s:s,s:o,s:I}", "kind", kind, "about", about,
                                          "issued_at", (json_int_t)1784512800000)};
}

/* So many incidents, each with ten items. */
static void ledger_make(struct kit *k, int items)
{
    for (int n = 0; n < items; n += BATCH) {
        int incidents = BATCH / ITEMS_EACH;
        struct record *records[BATCH / ITEMS_EACH];
        struct row rows[BATCH / ITEMS_EACH + BATCH];
        for (int i = 0; i < incidents; i++) {
            records[i] =
                kit_record(k, REC_INCIDENT_OPENED, kit_uuid(n / ITEMS_EACH + i), "水位超警");
            rows[i] = kit_incident_row(n / ITEMS_EACH + i, "closed", false, "水位超警");
        }
        for (int i = 0; i < BATCH; i++)
            rows[incidents + i] = item_row_of(n + i);
        kit_append(k, records, (size_t)incidents, rows, (size_t)incidents + BATCH);
    }
    kit_wait(k);
}

static int setup(void **state)
{
    struct kit *k = mem_new(1, sizeof(*k));
    kit_init(k, NULL);
    k->config.wal_cap_bytes = k->config.ballast_bytes = 0;
    kit_open(k);
    ledger_make(k, items_wanted());
    *state = k;
    return 0;
}

static int teardown(void **state)
{
    kit_done(*state);
    free(*state);
    return 0;
}

/* How many such items there are, all pages together; each page is in order and in time. */
static int all_pages(struct kit *k, const char *name, struct query q)
{
    int count = 0;
    double worst = 0, first = 0;
    q.kind = QUERY_ITEMS;
    q.limit = PAGE;
    for (bool more = true; more;) {
        struct answer a;
        double start = now_ms();
        kit_query(k, &q, &a);
        double took = now_ms() - start;
        assert_int_equal(a.result.err, ERR_OK);
        first = count ? first : took;
        worst = took > worst ? took : worst;
        for (size_t i = 0; i < a.result.rows_count; i++) {
            assert_true(!q.cursor[0] || strcmp(a.result.rows[i].id, q.cursor) < 0);
            snprintf(q.cursor, sizeof q.cursor, "%s", a.result.rows[i].id);
        }
        count += (int)a.result.rows_count;
        more = a.result.more;
        assert_true(!more || a.result.rows_count > 0);
        answer_done(&a);
    }
    print_message("# %-32s %7d items, first page %.1f ms, slowest %.1f ms\n", name, count, first,
                  worst);
    assert_true(first <= PAGE_MS * 10); /* a machine under load; the figure is printed */
    return count;
}

/* How many of the made ones fit. */
static int expected(bool fits(const struct row *row))
{
    int count = 0;
    for (int n = 0; n < items_wanted(); n++) {
        struct row row = item_row_of(n);
        count += fits(&row);
        row_done(&row);
    }
    return count;
}

static bool is_open(const struct row *r)
{
    return r->open;
}

static bool is_closed(const struct row *r)
{
    return !r->open;
}

static bool is_closed_of_7(const struct row *r)
{
    return !r->open && !uuid_cmp(r->incident, kit_uuid(7));
}

static bool is_late(const struct row *r)
{
    return r->late;
}

static bool is_request(const struct row *r)
{
    return r->open && !strcmp(r->sort, "request");
}

static bool is_two_owners(const struct row *r)
{
    return r->open && (!strcmp(r->plan, "dept:d4") || !strcmp(r->plan, "dept:d6"));
}

static bool is_late_directive_of_one(const struct row *r)
{
    return r->late && !strcmp(r->plan, "dept:d6") && !strcmp(r->sort, "directive");
}

static bool is_nowhere(const struct row *r)
{
    (void)r;
    return false;
}

/* Why: a ledger that is slow when it is long is not looked at, and then nothing is urged by it. */
static void each_way_to_ask_gives_the_right_items_page_by_page(void **state)
{
    struct kit *k = *state;
    assert_int_equal(all_pages(k, "open", (struct query){0}), expected(is_open));
    assert_int_equal(all_pages(k, "closed", (struct query){.closed = true}), expected(is_closed));
    assert_int_equal(all_pages(k, "overdue", (struct query){.late = true}), expected(is_late));
    assert_int_equal(all_pages(k, "of a kind", (struct query){.sort = "request"}),
                     expected(is_request));
    assert_int_equal(
        all_pages(k, "of two owners", (struct query){.owners = {"dept:d4", "dept:d6"}}),
        expected(is_two_owners));
    assert_int_equal(
        all_pages(k, "overdue, of an owner and a kind",
                  (struct query){.owners = {"dept:d6"}, .late = true, .sort = "directive"}),
        expected(is_late_directive_of_one));
    assert_int_equal(
        all_pages(k, "in a state that none is in", (struct query){.states = {"arrived"}}),
        expected(is_nowhere));
    assert_int_equal(all_pages(k, "of an incident", (struct query){.incident = kit_uuid(7)}),
                     ITEMS_EACH);
    assert_int_equal(all_pages(k, "closed, of an incident",
                               (struct query){.incident = kit_uuid(7), .closed = true}),
                     expected(is_closed_of_7));
}

/* Four reports of one incident: open, sent, missed, and missed but sent since. */
static void reports_make(struct kit *k, int incident)
{
    static const char *const states[] = {"opened", "sent", "edited", "sent"};
    struct record *record = kit_record(k, REC_UPDATED, kit_uuid(incident), "x");
    struct row rows[4];
    for (int n = 0; n < 4; n++) {
        char id[UUID_TEXT];
        rows[n] = (struct row){.kind = ROW_REPORT,
                               .id = mem_str(uuid_text(kit_uuid(ITEM_IDS * 2 + n), id)),
                               .incident = kit_uuid(incident),
                               .open = n == 0,
                               .plan = mem_str("update"),
                               .state = mem_str(states[n]),
                               .body = json_pack("{s:i,s:b}", "number", n + 1, "missed", n > 1)};
    }
    kit_append(k, &record, 1, rows, 4);
    kit_wait(k);
}

static int reports_found(struct kit *k, struct query q)
{
    struct answer a;
    q.kind = QUERY_REPORTS;
    kit_query(k, &q, &a);
    assert_int_equal(a.result.err, ERR_OK);
    int count = (int)a.result.rows_count;
    answer_done(&a);
    return count;
}

/* Why: who asks what was never reported gets neither what was, nor what is still due. */
static void missed_and_closed_reports_are_told_apart(void **state)
{
    struct kit *k = *state;
    struct uuid of = kit_uuid(7);
    reports_make(k, 7);
    assert_int_equal(reports_found(k, (struct query){.incident = of}), 4);
    assert_int_equal(reports_found(k, (struct query){.incident = of, .closed = true}), 3);
    assert_int_equal(
        reports_found(k, (struct query){.incident = of, .closed = true, .missed = true}), 1);
    assert_int_equal(reports_found(k, (struct query){.closed = true, .missed = true}), 1);
    assert_int_equal(reports_found(k, (struct query){.closed = true, .states = {"sent"}}), 2);
    assert_int_equal(reports_found(k, (struct query){0}), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_way_to_ask_gives_the_right_items_page_by_page, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(missed_and_closed_reports_are_told_apart, setup, teardown),
    };
    return cmocka_run_group_tests_name("store_items", tests, NULL, NULL);
}
