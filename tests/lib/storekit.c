#include "storekit.h"

#include "unit.h"

#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_S = 50 };

static void on_durable(void *ctx, int64_t seq)
{
    struct kit *k = ctx;
    assert_true(seq >= k->durable_seq);
    k->durable_seq = seq;
    k->durable_calls++;
}

static void on_trouble(void *ctx, bool on, const char *sentence)
{
    struct kit *k = ctx;
    assert_non_null(sentence);
    if (on)
        k->trouble_on++;
    else
        k->trouble_off++;
}

static void kit_begin(struct kit *k)
{
    k->next_seq = 1;
    k->mono = 1000;
    snprintf(k->path, sizeof(k->path), "%s/muster.db", k->folder);
    k->config = (struct store_config){.path = k->path,
                                      .ballast_bytes = 4 << 20,
                                      .wal_cap_bytes = 1 << 20,
                                      .busy_ms = 50,
                                      .durable = on_durable,
                                      .trouble = on_trouble,
                                      .ctx = k};
}

void kit_init(struct kit *k, const char *where)
{
    const char *tmp = getenv("TMPDIR");
    *k = (struct kit){0};
    snprintf(k->folder, sizeof(k->folder), "%.40s/muster-XXXXXX",
             where ? where
             : tmp ? tmp
                   : "/tmp");
    assert_non_null(mkdtemp(k->folder));
    kit_begin(k);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

void kit_done(struct kit *k)
{
    store_stop(k->store);
    k->store = NULL;
    nftw(k->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

enum err kit_try_open(struct kit *k, struct why *why)
{
    assert_null(k->store);
    enum err e = store_open(&k->config, &k->store, why);
    if (!e) {
        k->next_seq = store_last_seq(k->store) + 1;
        k->durable_seq = store_last_seq(k->store);
    }
    return e;
}

void kit_open(struct kit *k)
{
    struct why why = {""};
    if (kit_try_open(k, &why))
        fail_msg("%s", why.text);
    store_start(k->store);
}

void kit_stop(struct kit *k)
{
    store_stop(k->store);
    k->store = NULL;
}

struct uuid kit_uuid(int number)
{
    const uint8_t random[10] = {[6] = (uint8_t)(number >> 24),
                                [7] = (uint8_t)(number >> 16),
                                [8] = (uint8_t)(number >> 8),
                                [9] = (uint8_t)number};
    return uuid_v7(INT64_C(1750000000000) + number, random);
}

struct record *kit_record(struct kit *k, enum record_kind kind, struct uuid incident,
                          const char *secret)
{
    struct record *r = record_new(kind, incident);
    r->seq = k->next_seq++;
    r->mono = k->mono += 7;
    r->at_ms = INT64_C(1750000000000) + r->mono;
    r->actor = json_put_str(json_put_str(json_object(), "type", "engine"), "id", "test");
    json_put_int(r->body, "n", r->seq);
    json_put_str(r->body, "zone", "after \"sealed\" in the order of keys");
    if (secret)
        r->sealed = json_put_str(json_object(), "name", secret);
    return r;
}

static struct row row_make(enum row_kind kind, struct uuid id, struct uuid incident, bool open)
{
    char text[UUID_TEXT];
    return (struct row){.kind = kind,
                        .id = mem_str(uuid_text(id, text)),
                        .incident = incident,
                        .open = open,
                        .body = json_object()};
}

struct row kit_incident_row(int number, const char *state, bool open, const char *title)
{
    struct row r = row_make(ROW_INCIDENT, kit_uuid(number), kit_uuid(number), open);
    r.plan = mem_str("flood");
    r.state = mem_str(state);
    json_put_str(r.body, "title", title);
    return r;
}

struct row kit_notice_row(int number, int incident, bool open)
{
    struct row r = row_make(ROW_NOTICE, kit_uuid(number), kit_uuid(incident), open);
    r.state = mem_str(open ? "queued" : "sent");
    json_put_int(r.body, "notice", number);
    return r;
}

void kit_append(struct kit *k, struct record **records, size_t records_count, struct row *rows,
                size_t rows_count)
{
    const struct store_batch batch = {
        .records = records,
        .records_count = records_count,
        .rows = rows,
        .rows_count = rows_count,
        .mark = {.boot_id = "0a0b0c0d-0000-4000-8000-000000000001",
                 .boot_ms = k->mono,
                 .wall = INT64_C(1750000000000) + k->mono,
                 .mono = k->mono},
    };
    const struct store_port *port = store_port(k->store);
    port->append(port->ctx, &batch);
}

void kit_append_records(struct kit *k, int incident, int count)
{
    struct record **records = mem_new((size_t)count, sizeof(struct record *));
    for (int i = 0; i < count; i++)
        records[i] = kit_record(k, i ? REC_UPDATED : REC_INCIDENT_OPENED, kit_uuid(incident),
                                "李明, 13800000000");
    kit_append(k, records, (size_t)count, NULL, 0);
    free(records);
}

void kit_poll(struct kit *k, int ms)
{
    struct pollfd fd = {.fd = store_fd(k->store), .events = POLLIN};
    if (poll(&fd, 1, ms) > 0)
        store_poll(k->store);
}

void kit_wait(struct kit *k)
{
    for (time_t end = time(NULL) + PATIENCE_S;
         k->durable_seq < k->next_seq - 1 && time(NULL) < end;)
        kit_poll(k, 100);
    assert_int_equal(k->durable_seq, k->next_seq - 1);
}

/* ---- queries ---- */

static void on_answer(void *ctx, const struct query_result *result)
{
    struct answer *a = ctx;
    assert_false(a->there);
    a->there = true;
    a->result = *result;
    a->result.records = mem_new(result->records_count, sizeof(struct record *));
    a->result.rows = mem_new(result->rows_count, sizeof(struct row));
    for (size_t i = 0; i < result->records_count; i++)
        a->result.records[i] = record_ref(result->records[i]);
    for (size_t i = 0; i < result->rows_count; i++) {
        const struct row *from = &result->rows[i];
        a->result.rows[i] = *from;
        a->result.rows[i].id = mem_str(from->id);
        a->result.rows[i].plan = mem_str(from->plan);
        a->result.rows[i].state = mem_str(from->state);
        json_incref(from->body);
    }
    a->result.pin = (struct store_pin){0};
    if (result->pin.body) {
        char *body = mem_new(result->pin.body_len + 1, 1);
        memcpy(body, result->pin.body, result->pin.body_len);
        a->result.pin = (struct store_pin){.body = body, .body_len = result->pin.body_len};
    }
}

void kit_query(struct kit *k, const struct query *q, struct answer *ret)
{
    const struct store_port *port = store_port(k->store);
    *ret = (struct answer){0};
    port->query(port->ctx, q, on_answer, ret);
    for (time_t end = time(NULL) + PATIENCE_S; !ret->there && time(NULL) < end;)
        kit_poll(k, 100);
    assert_true(ret->there);
}

void answer_done(struct answer *a)
{
    for (size_t i = 0; i < a->result.records_count; i++)
        record_unref(a->result.records[i]);
    for (size_t i = 0; i < a->result.rows_count; i++)
        row_done(&a->result.rows[i]);
    free(a->result.records);
    free(a->result.rows);
    union {
        const char *from;
        char *to;
    } u = {.from = a->result.pin.body};
    free(u.to);
    *a = (struct answer){0};
}

/* ---- the closed file ---- */

struct store_verdict kit_verify(struct kit *k)
{
    struct store_verdict verdict;
    struct why why = {""};
    if (journal_verify(k->path, NULL, &verdict, &why))
        fail_msg("%s", why.text);
    return verdict;
}

void kit_sql(struct kit *k, const char *sql)
{
    sqlite3 *db = NULL;
    char *text = NULL;
    assert_int_equal(sqlite3_open(k->path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &text) != SQLITE_OK)
        fail_msg("%s: %s", sql, text);
    sqlite3_close(db);
}

/* ---- parts ---- */

const char *kit_part(void)
{
    return getenv("MUSTER_TEST_PART");
}

struct part {
    part_fn *play;
};

static void part_play(void **state)
{
    const struct part *part = *state;
    struct kit k = {0};
    snprintf(k.folder, sizeof(k.folder), "%s", getenv("MUSTER_TEST_FOLDER"));
    kit_begin(&k);
    part->play(&k, kit_part());
    kit_stop(&k); /* the folder is the test's to remove */
}

int kit_part_main(part_fn *play)
{
    struct part part = {play};
    const struct CMUnitTest tests[] = {cmocka_unit_test_prestate(part_play, &part)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

static void part_exec(const char *part, const char *folder, const char *const *env, int out)
{
    unsetenv("CMOCKA_MESSAGE_OUTPUT");
    unsetenv("CMOCKA_XML_FILE");
    setenv("MUSTER_TEST_PART", part, 1);
    setenv("MUSTER_TEST_FOLDER", folder, 1);
    for (; env && *env; env++) {
        const char *equals = strchr(*env, '=');
        char name[64];
        snprintf(name, sizeof(name), "%.*s", (int)(equals - *env), *env);
        setenv(name, equals + 1, 1);
    }
    dup2(out, STDOUT_FILENO);
    execl("/proc/self/exe", part, (char *)NULL);
    _exit(127);
}

int kit_part_run(const char *part, const char *folder, const char *const *env, struct text *printed)
{
    int fds[2], status = 0;
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        part_exec(part, folder, env, fds[1]);
    close(fds[1]);
    char buf[4096];
    for (ssize_t n; (n = read(fds[0], buf, sizeof(buf))) > 0;)
        text_add_bytes(printed, buf, (size_t)n);
    close(fds[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

int64_t last_number(const struct text *printed)
{
    size_t end = printed->len;
    while (end > 0 && printed->at[end - 1] != '\n') /* a line that was cut off says nothing */
        end--;
    size_t start = end > 0 ? end - 1 : 0;
    while (start > 0 && printed->at[start - 1] != '\n')
        start--;
    return end > 0 ? strtoll(printed->at + start, NULL, 10) : 0;
}
