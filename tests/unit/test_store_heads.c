/* Signed heads: what the chain alone cannot show, the end of the journal, is proved by them. */
#include "store/head_file.h"
#include "store/head_list.h"
#include "store/seal.h"
#include "store/witness.h"
#include "storekit.h"
#include "unit.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_S = 50 };

/* A kit whose second place is a folder beside its own. */
struct fixture {
    struct kit kit;
    char place[64];
    char heads[96];
};

static int setup(void **state)
{
    struct fixture *f = mem_new(1, sizeof *f);
    kit_init(&f->kit, NULL);
    const char *tmp = getenv("TMPDIR");
    snprintf(f->place, sizeof f->place, "%.40s/muster-XXXXXX", tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(f->place));
    snprintf(f->heads, sizeof f->heads, "%s/heads", f->place);
    f->kit.config.head_path = f->heads;
    f->kit.config.head_every_rows = 10;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    kit_done(&f->kit);
    unlink(f->heads);
    rmdir(f->place);
    free(f);
    return 0;
}

/* Until a head of this row is at the second place. */
static void wait_kept(struct kit *k, int64_t seq)
{
    time_t end = time(NULL) + PATIENCE_S;
    while (store_stats(k->store).head_seq < seq && time(NULL) < end)
        kit_poll(k, 5);
    assert_true(store_stats(k->store).head_seq >= seq);
}

static enum err verify(const struct fixture *f, struct store_verdict *ret, struct why *why)
{
    const struct verify_options options = {.heads = f->heads};
    why->text[0] = '\0';
    return journal_verify(f->kit.path, &options, ret, why);
}

static struct store_verdict verified(const struct fixture *f)
{
    struct store_verdict v;
    struct why why;
    if (verify(f, &v, &why))
        fail_msg("%s", why.text);
    return v;
}

static void verify_fails(const struct fixture *f, enum err expected, const char *words)
{
    struct store_verdict v;
    struct why why;
    enum err e = verify(f, &v, &why);
    if (e != expected || !strstr(why.text, words))
        fail_msg("%s: \"%s\", and not %s with \"%s\"", err_name(e), why.text, err_name(expected),
                 words);
}

static void file_read(const char *path, struct text *to)
{
    char buf[65536];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    text_clear(to);
    for (size_t n; (n = fread(buf, 1, sizeof buf, file)) > 0;)
        text_add_bytes(to, buf, n);
    (void)fclose(file);
}

static void file_write(const char *path, const char *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    close(fd);
}

/* ---- when it is signed ---- */

/* Why: rows that are cut off leave a chain that is whole. */
static void an_end_that_is_cut_off_is_found_by_the_last_head(void **state)
{
    struct fixture *f = *state;
    kit_open(&f->kit);
    kit_append_records(&f->kit, 1, 25);
    kit_stop(&f->kit);
    struct store_verdict v = verified(f);
    assert_int_equal(v.rows, 25);
    assert_int_equal(v.head_seq, 25);
    assert_true(v.heads >= 1);

    kit_sql(&f->kit, "DELETE FROM journal WHERE seq > 24");
    kit_verify(&f->kit); /* the chain alone says nothing */
    verify_fails(f, ERR_CORRUPT, "the journal ends at seq 24, but seq 25 was signed");
}

/* Why: a minute, or so many rows, is the most that could be cut off unseen. */
static void a_head_is_due_by_rows_and_by_time(void **state)
{
    struct fixture *f = *state;
    struct kit *k = &f->kit;
    k->config.head_every_ms = INT64_C(3600000);
    kit_open(k);
    kit_append_records(k, 1, 1);
    wait_kept(k, 1); /* the first at once: is the place there? */
    int64_t kept = store_stats(k->store).heads_kept;
    kit_append_records(k, 1, 5);
    kit_wait(k);
    kit_poll(k, 20);
    assert_int_equal(store_stats(k->store).heads_kept, kept); /* neither ten rows nor an hour */
    kit_append_records(k, 1, 10);
    wait_kept(k, 16);
    kit_stop(k);

    k->config.head_every_ms = 30;
    k->config.head_every_rows = INT64_C(1000000);
    kit_open(k);
    wait_kept(k, 16);
    kit_append_records(k, 1, 1);
    wait_kept(k, 17);
    kit_stop(k);
    verified(f);
}

static void take_head(void *ctx, const struct store_head *head)
{
    *(struct store_head *)ctx = *head;
}

static void head_now(struct kit *k, struct store_head *ret)
{
    *ret = (struct store_head){.gen = -1};
    store_head(k->store, take_head, ret);
    time_t end = time(NULL) + PATIENCE_S;
    while (ret->gen < 0 && time(NULL) < end)
        kit_poll(k, 100);
    assert_true(ret->gen >= 0);
}

static void a_head_is_signed_when_somebody_asks(void **state)
{
    struct fixture *f = *state;
    struct store_head head;
    kit_open(&f->kit);
    head_now(&f->kit, &head);
    assert_int_equal(head.err, ERR_MISSING); /* nothing is recorded yet */
    kit_append_records(&f->kit, 1, 3);
    kit_wait(&f->kit);
    head_now(&f->kit, &head);
    assert_int_equal(head.err, ERR_OK);
    assert_true(head.kept);
    assert_int_equal(head.seq, 3);
    assert_string_equal(head.public, store_public_key(f->kit.store));
    assert_string_equal(head.chain, kit_verify(&f->kit).chain);
    kit_stop(&f->kit);

    f->kit.config.head_path = NULL;
    kit_open(&f->kit);
    head_now(&f->kit, &head);
    assert_int_equal(head.err, ERR_OK);
    assert_false(head.kept);
    assert_null(head.place);
    assert_int_equal(head.seq, 3); /* to be written on paper */
}

/* ---- the second place ---- */

/* Why: the writer may die in the middle of a line, and the next one goes on with the file. */
static void a_torn_line_is_passed_over_by_reader_and_writer(void **state)
{
    struct fixture *f = *state;
    AUTO_TEXT(whole);
    kit_open(&f->kit);
    kit_append_records(&f->kit, 1, 3);
    kit_stop(&f->kit);
    file_read(f->heads, &whole);
    size_t last = whole.len - 1;
    while (last > 0 && whole.at[last - 1] != '\n')
        last--;

    for (size_t cut = last + 1; cut < whole.len; cut += 7) {
        file_write(f->heads, whole.at, cut);
        struct store_verdict v = verified(f);
        assert_int_equal(v.head_torn, cut < whole.len - 1);
    }
    file_write(f->heads, whole.at, whole.len - 30);
    kit_open(&f->kit);
    kit_append_records(&f->kit, 1, 3);
    kit_stop(&f->kit);
    struct store_verdict v = verified(f);
    assert_int_equal(v.head_torn, 1);
    assert_int_equal(v.head_seq, 6);
}

/* Why: nobody may be left uncalled because a mount is away. */
static void a_place_that_cannot_be_written_stops_nothing(void **state)
{
    struct fixture *f = *state;
    struct kit *k = &f->kit;
    char moved[96];
    snprintf(moved, sizeof moved, "%s/none/heads", f->place);
    k->config.head_path = moved;
    k->config.head_every_ms = 10;
    kit_open(k);
    kit_append_records(k, 1, 30);
    kit_wait(k);
    time_t end = time(NULL) + PATIENCE_S;
    while (!store_stats(k->store).head_failing && time(NULL) < end)
        kit_poll(k, 5);
    assert_true(store_stats(k->store).head_failing);
    struct store_head head;
    head_now(k, &head);
    assert_int_equal(head.err, ERR_IO);
    assert_int_equal(head.seq, 30);
    assert_false(head.kept);

    *strrchr(moved, '/') = '\0';
    assert_int_equal(mkdir(moved, 0700), 0);
    wait_kept(k, 30); /* it is there again */
    assert_false(store_stats(k->store).head_failing);
    kit_stop(k);
    AUTO_TEXT(file);
    text_addf(&file, "%s/heads", moved);
    unlink(text_str(&file));
    rmdir(moved);
}

/* A pipe, or a device, would take the heads and keep none. */
static void what_is_no_file_is_no_place(void **state)
{
    struct fixture *f = *state;
    struct store_head head;
    assert_int_equal(mkfifo(f->heads, 0600), 0);
    kit_open(&f->kit);
    kit_append_records(&f->kit, 1, 1);
    kit_wait(&f->kit);
    head_now(&f->kit, &head);
    assert_int_equal(head.err, ERR_IO);
    assert_non_null(strstr(head.why.text, "no plain file"));
}

/* Why: an old copy of the folder, put back, would bring its own proof. */
static void the_folder_of_the_database_is_no_second_place(void **state)
{
    struct fixture *f = *state;
    struct why why = {""};
    char path[128], other[256];
    snprintf(path, sizeof path, "%s/heads", f->kit.folder);
    f->kit.config.head_path = path;
    assert_int_equal(kit_try_open(&f->kit, &why), ERR_CONFIG);
    assert_non_null(strstr(why.text, "head_file"));

    snprintf(other, sizeof other, "%s/in", f->kit.folder);
    assert_int_equal(mkdir(other, 0700), 0);
    snprintf(path, sizeof path, "%s/in/../in/heads", f->kit.folder);
    assert_int_equal(kit_try_open(&f->kit, &why), ERR_CONFIG);
    assert_int_equal(symlink(path, f->heads), 0); /* by another name */
    file_write(path, "", 0);
    f->kit.config.head_path = f->heads;
    struct store_head head;
    kit_open(&f->kit);
    kit_append_records(&f->kit, 1, 1);
    kit_wait(&f->kit);
    head_now(&f->kit, &head);
    assert_int_equal(head.err, ERR_CONFIG);
    assert_true(store_stats(f->kit.store).head_failing);
}

/* Why: who finds that only at the next audit finds it too late. */
static void a_start_says_that_what_was_signed_is_gone(void **state)
{
    struct fixture *f = *state;
    struct kit *k = &f->kit;
    kit_open(k);
    kit_append_records(k, 1, 12);
    kit_stop(k);
    kit_open(k);
    wait_kept(k, 12);
    assert_false(store_stats(k->store).head_missing);
    kit_stop(k);
    kit_sql(k, "DELETE FROM journal WHERE seq > 9");
    kit_open(k);
    wait_kept(k, 9);
    assert_true(store_stats(k->store).head_missing);
    kit_append_records(k, 1, 20); /* the engine goes on, and what is missing stays known */
    kit_stop(k);
    verify_fails(f, ERR_CORRUPT, "this is not the journal that was signed");
}

/* ---- the key ---- */

static void the_key_is_made_once_and_is_ours_alone(void **state)
{
    struct fixture *f = *state;
    struct kit *k = &f->kit;
    struct stat st;
    AUTO_TEXT(path);
    AUTO_TEXT(first);
    AUTO_TEXT(second);
    mode_t before = umask(0);
    kit_open(k);
    umask(before);
    text_add(&first, store_public_key(k->store));
    assert_int_equal(strlen(text_str(&first)), PUBLIC_KEY_TEXT - 1);
    kit_stop(k);
    signing_key_path(k->path, &path);
    assert_int_equal(stat(text_str(&path), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    kit_open(k);
    assert_string_equal(store_public_key(k->store), text_str(&first));
    kit_append_records(k, 1, 3);
    kit_stop(k);
    verified(f);

    /* lost, and made anew: both keys must be named from then on */
    assert_int_equal(unlink(text_str(&path)), 0);
    kit_open(k);
    text_add(&second, store_public_key(k->store));
    assert_string_not_equal(text_str(&second), text_str(&first));
    kit_append_records(k, 1, 3);
    kit_stop(k);
    verify_fails(f, ERR_CORRUPT, "signed with another key");
    struct store_verdict v;
    struct why why = {""};
    const char *const keys[] = {text_str(&first), text_str(&second)};
    struct verify_options options = {.heads = f->heads, .public = keys, .public_count = 2};
    assert_int_equal(journal_verify(k->path, &options, &v, &why), ERR_OK);
    options.public_count = 1;
    assert_int_equal(journal_verify(k->path, &options, &v, &why), ERR_CORRUPT);
    options.public = (const char *const[]){"ed25519:AAAA"};
    assert_int_equal(journal_verify(k->path, &options, &v, &why), ERR_INVALID);
}

/* Why: a key that is silently made anew would end every proof of before. */
static void a_damaged_key_is_not_replaced(void **state)
{
    struct fixture *f = *state;
    struct store_head head;
    AUTO_TEXT(path);
    AUTO_TEXT(kept);
    signing_key_path(f->kit.path, &path);
    file_write(text_str(&path), "oops\n", 5);
    kit_open(&f->kit);
    kit_append_records(&f->kit, 1, 3);
    kit_wait(&f->kit);
    assert_string_equal(store_public_key(f->kit.store), "");
    assert_true(store_stats(f->kit.store).head_failing);
    head_now(&f->kit, &head);
    assert_int_equal(head.err, ERR_IO);
    assert_int_equal(head.seq, 0);
    kit_stop(&f->kit);
    file_read(text_str(&path), &kept);
    assert_string_equal(text_str(&kept), "oops\n");
    kit_verify(&f->kit);
}

/* What is signed, is signed whole: another number, time or chain does not hold. */
static void no_letter_of_a_head_can_be_changed(void **state)
{
    struct fixture *f = *state;
    AUTO_TEXT(whole);
    kit_open(&f->kit);
    kit_append_records(&f->kit, 1, 13);
    kit_stop(&f->kit);
    file_read(f->heads, &whole);
    size_t end = (size_t)((char *)memchr(whole.at, '\n', whole.len) - whole.at);
    for (size_t at = 0; at < end - 1; at++) { /* without its last bracket it is a torn line */
        char was = whole.at[at];
        whole.at[at] = was == '1' ? '2' : '1';
        file_write(f->heads, whole.at, whole.len);
        struct store_verdict v;
        struct why why;
        if (verify(f, &v, &why) != ERR_CORRUPT)
            fail_msg("a change at %zu is not found: %.*s", at, (int)end, whole.at);
        whole.at[at] = was;
    }
    file_write(f->heads, whole.at, whole.len);
    verified(f);
}

/* Whatever is given for heads: it is refused, and never taken for none. */
static void what_are_no_heads_is_refused(void **state)
{
    struct fixture *f = *state;
    AUTO_TEXT(long_line);
    kit_open(&f->kit);
    kit_append_records(&f->kit, 1, 3);
    kit_stop(&f->kit);
    unlink(f->heads);
    verify_fails(f, ERR_MISSING, "cannot be read");
    file_write(f->heads, "hello\n", 6);
    verify_fails(f, ERR_CORRUPT, "line 1: this is no signed head");
    file_write(f->heads, "\n{}\n", 4);
    verify_fails(f, ERR_CORRUPT, "line 2: this is no signed head");
    for (int i = 0; i < 10000; i++)
        text_add(&long_line, "{\"at\":\"");
    file_write(f->heads, long_line.at, long_line.len);
    verify_fails(f, ERR_CORRUPT, "too long");
}

/* ---- tampering ---- */

enum way { EDIT, DELETE, INSERT, REORDER, CUT, WAYS };

struct tamper {
    sqlite3 *db;
    struct entropy dice;
    int64_t rows;
};

static int64_t roll(struct tamper *t, int64_t least, int64_t most)
{
    return least + (int64_t)(entropy_u64(&t->dice) % (uint64_t)(most - least + 1));
}

/* One statement, with ?1 and ?2. */
static void sql(struct tamper *t, const char *text, int64_t a, int64_t b)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(t->db, text, -1, &stmt, NULL) != SQLITE_OK)
        fail_msg("%s: %s", text, sqlite3_errmsg(t->db));
    int count = sqlite3_bind_parameter_count(stmt);
    if (count > 0)
        sqlite3_bind_int64(stmt, 1, a);
    if (count > 1)
        sqlite3_bind_int64(stmt, 2, b);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        ;
    if (sqlite3_finalize(stmt) != SQLITE_OK)
        fail_msg("%s: %s", text, sqlite3_errmsg(t->db));
}

/* One letter of a body, in its open or in its sealed part, or another column. */
static void edit(struct tamper *t)
{
    int64_t seq = roll(t, 1, t->rows);
    switch (roll(t, 0, 5)) {
    case 0:
        sql(t, "UPDATE journal SET at_ms = at_ms + ?2 WHERE seq = ?1", seq, roll(t, 1, 99));
        return;
    case 1:
        sql(t, "UPDATE journal SET actor = replace(actor, 'test', 'tes' || ?2) WHERE seq = ?1", seq,
            roll(t, 0, 9));
        return;
    case 2:
        sql(t, "UPDATE journal SET incident = randomblob(16) WHERE seq = ?1", seq, 0);
        return;
    case 3: /* in the sealed part, where it has one */
        sql(t,
            "UPDATE journal SET body = substr(body, 1, p) || CASE substr(body, p + 1, 1) WHEN 'A' "
            "THEN 'B' ELSE 'A' END || substr(body, p + 2) FROM (SELECT seq AS s, "
            "max(instr(body, 'sealed'), 2) + 10 + ?2 AS p FROM journal) WHERE seq = s AND seq = ?1",
            seq, roll(t, 0, 20));
        return;
    default: /* anywhere in the body */
        sql(t,
            "UPDATE journal SET body = substr(body, 1, p) || CASE substr(body, p + 1, 1) WHEN '1' "
            "THEN '2' ELSE '1' END || substr(body, p + 2) FROM (SELECT seq AS s, "
            "?2 % length(body) AS p FROM journal) WHERE seq = s AND seq = ?1",
            seq, roll(t, 0, 9999));
    }
}

/* A row less, and with `closed` none is missing in the numbers. */
static void delete_one(struct tamper *t, bool closed)
{
    int64_t seq = roll(t, 1, t->rows);
    sql(t, "DELETE FROM journal WHERE seq = ?1", seq, 0);
    if (!closed)
        return;
    sql(t, "UPDATE journal SET seq = -seq WHERE seq > ?1", seq, 0);
    sql(t, "UPDATE journal SET seq = -seq - 1 WHERE seq < 0", 0, 0);
}

/* A copy of some row before another one. */
static void insert_one(struct tamper *t)
{
    int64_t seq = roll(t, 1, t->rows);
    sql(t, "UPDATE journal SET seq = -seq WHERE seq >= ?1", seq, 0);
    sql(t, "UPDATE journal SET seq = -seq + 1 WHERE seq < 0", 0, 0);
    sql(t,
        "INSERT INTO journal SELECT ?1, incident, at_ms, kind, actor, body, chain FROM journal "
        "WHERE seq = (SELECT min(seq) FROM journal WHERE seq > ?2)",
        seq, roll(t, 0, t->rows - 1));
}

static void reorder(struct tamper *t)
{
    int64_t one = roll(t, 1, t->rows - 1), other = roll(t, one + 1, t->rows);
    sql(t, "UPDATE journal SET seq = -?1 WHERE seq = ?2", one, other);
    sql(t, "UPDATE journal SET seq = ?2 WHERE seq = ?1", one, other);
    sql(t, "UPDATE journal SET seq = -seq WHERE seq < 0", 0, 0);
}

/* As somebody does it who knows how the chain is made. */
static void chain_anew(struct tamper *t)
{
    sqlite3_stmt *read = NULL, *write = NULL;
    struct chain chain = {{0}};
    assert_int_equal(sqlite3_prepare_v2(t->db,
                                        "SELECT " JOURNAL_COLUMNS " FROM journal ORDER BY seq", -1,
                                        &read, NULL),
                     SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(t->db, "UPDATE journal SET chain = ?1 WHERE seq = ?2", -1, &write, NULL),
        SQLITE_OK);
    while (sqlite3_step(read) == SQLITE_ROW) {
        struct stored s;
        stored_read(read, &s);
        chain = chain_next(&chain, &s);
        sqlite3_bind_blob(write, 1, chain.b, sizeof chain.b, SQLITE_STATIC);
        sqlite3_bind_int64(write, 2, s.seq);
        assert_int_equal(sqlite3_step(write), SQLITE_DONE);
        sqlite3_reset(write);
    }
    sqlite3_finalize(read);
    sqlite3_finalize(write);
}

static void tamper(struct tamper *t, const char *path, enum way way, bool knowing)
{
    assert_int_equal(sqlite3_open(path, &t->db), SQLITE_OK);
    sql(t, "PRAGMA synchronous=OFF", 0, 0);
    sql(t, "PRAGMA journal_mode=MEMORY", 0, 0);
    sql(t, "BEGIN", 0, 0);
    switch (way) {
    case EDIT:
        edit(t);
        break;
    case DELETE:
        delete_one(t, knowing);
        break;
    case INSERT:
        insert_one(t);
        break;
    case REORDER:
        reorder(t);
        break;
    case CUT:
        sql(t, "DELETE FROM journal WHERE seq > ?1", roll(t, 0, t->rows - 1), 0);
        break;
    case WAYS:
        break;
    }
    if (knowing)
        chain_anew(t);
    sql(t, "COMMIT", 0, 0);
    sqlite3_close(t->db);
}

/* Sealed rows of three incidents, and open ones of the engine between them. */
static void write_mixed(struct kit *k)
{
    kit_open(k);
    for (int n = 0; n < 30; n++) {
        struct record *open = kit_record(k, REC_CLOCK_STEPPED, (struct uuid){{0}}, NULL);
        kit_append(k, &open, 1, NULL, 0);
        kit_append_records(k, n % 3, 3);
    }
    kit_stop(k);
}

/* Why: it is what the whole chain is for. Half of the time by somebody who knows how it is made. */
static void whatever_is_done_to_it_is_found(void **state)
{
    static const char *const ways[] = {"edit", "delete", "insert", "reorder", "cut"};
    enum { TIMES = 1000 };
    struct fixture *f = *state;
    struct tamper t = {.rows = 120};
    const uint8_t seed[32] = {20, 26, 7, 20};
    AUTO_TEXT(whole);
    entropy_init(&t.dice, seed);
    write_mixed(&f->kit);
    kit_sql(&f->kit, "PRAGMA journal_mode=DELETE"); /* a copy is one file */
    struct store_verdict v = verified(f);
    assert_int_equal(v.rows, t.rows);
    assert_int_equal(v.head_seq, t.rows);
    file_read(f->kit.path, &whole);

    for (int n = 0; n < TIMES; n++) {
        enum way way = (enum way)(n % WAYS);
        bool knowing = n / WAYS % 2;
        struct why why;
        file_write(f->kit.path, whole.at, whole.len);
        tamper(&t, f->kit.path, way, knowing);
        if (verify(f, &v, &why) != ERR_CORRUPT)
            fail_msg("time %d: %s%s is not found: %s", n, ways[way],
                     knowing ? ", chained anew," : "", why.text);
        assert_true(v.bad_seq > 0);
    }
    file_write(f->kit.path, whole.at, whole.len);
    verified(f);
}

/* ---- how long it takes ---- */

/* Why: an audit that takes hours is not made. Rows as long as those of messages are. */
static void a_million_rows_are_verified_in_ten_seconds(void **state)
{
    enum { ROWS = 1000000, ROWS_A_BATCH = 20, LIMIT_MS = 10000 };
    struct fixture *f = *state;
    struct kit *k = &f->kit;
    const char *length = getenv("MUSTER_TEST_LENGTH"), *slow = getenv("MUSTER_TEST_SLOW");
    if (!length || strcmp(length, "long") != 0)
        skip();
    k->config.wal_cap_bytes = 16 << 20;
    k->config.ballast_bytes = 64 << 20;
    k->config.head_every_rows = STORE_HEAD_EVERY_ROWS;
    kit_open(k);
    for (int n = 0; n < ROWS / ROWS_A_BATCH; n++) {
        struct record *records[ROWS_A_BATCH];
        for (int i = 0; i < ROWS_A_BATCH; i++) {
            records[i] = kit_record(k, i ? REC_NOTICE_SENT : REC_INCIDENT_OPENED, kit_uuid(n),
                                    "7号站超警戒水位：请立即到值班室，确认水位并回报。Gauge 7 over "
                                    "warning: go to the duty room and report the level.");
            json_put_str(records[i]->body, "notice", "0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11");
            json_put_str(records[i]->body, "step", "0.3/2.1");
            json_put_str(records[i]->body, "to", "wang.qiang");
        }
        kit_append(k, records, ROWS_A_BATCH, NULL, 0);
    }
    kit_wait(k);
    kit_stop(k);
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    struct store_verdict v = verified(f);
    clock_gettime(CLOCK_MONOTONIC, &end);
    int64_t ms = (end.tv_sec - begin.tv_sec) * 1000 + (end.tv_nsec - begin.tv_nsec) / 1000000;
    print_message("# %" PRId64 " rows under %" PRId64 " heads verified in %" PRId64 " ms\n", v.rows,
                  v.heads, ms);
    assert_int_equal(v.rows, ROWS);
    assert_true((double)ms <= LIMIT_MS * (slow ? strtod(slow, NULL) : 1));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(an_end_that_is_cut_off_is_found_by_the_last_head),
        T(a_head_is_due_by_rows_and_by_time),
        T(a_head_is_signed_when_somebody_asks),
        T(a_torn_line_is_passed_over_by_reader_and_writer),
        T(a_place_that_cannot_be_written_stops_nothing),
        T(what_is_no_file_is_no_place),
        T(the_folder_of_the_database_is_no_second_place),
        T(a_start_says_that_what_was_signed_is_gone),
        T(the_key_is_made_once_and_is_ours_alone),
        T(a_damaged_key_is_not_replaced),
        T(no_letter_of_a_head_can_be_changed),
        T(what_are_no_heads_is_refused),
        T(whatever_is_done_to_it_is_found),
        T(a_million_rows_are_verified_in_ten_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
