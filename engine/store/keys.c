#include "store/keys.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* 56 bytes a slot. An incident that is not cached costs one look into the vault, 2 to 5 µs. */
enum { WRITER_SLOTS = 4096, READER_SLOTS = 256 };

struct key_slot {
    struct uuid incident; /* none: empty */
    struct seal_key key;
    bool gone; /* purged: there is no key */
};

enum err keys_init(struct keys *k, sqlite3 *db, const char *path, bool writer, struct why *why)
{
    *k = (struct keys){.slots_count = writer ? WRITER_SLOTS : READER_SLOTS};
    k->slots = mem_new(k->slots_count, sizeof(*k->slots));
    enum err e = db_prepare(db, path, "SELECT key FROM vault WHERE incident = ?1", &k->get, why);
    if (!e && writer)
        e = db_prepare(db, path, "INSERT INTO vault (incident, key) VALUES (?1, ?2)", &k->put, why);
    if (!e && writer)
        e = db_prepare(db, path, "SELECT 1 FROM journal WHERE incident = ?1 LIMIT 1", &k->known,
                       why);
    if (!e && writer)
        e = db_prepare(db, path, "DELETE FROM vault WHERE incident = ?1", &k->destroy, why);
    if (e)
        keys_done(k);
    return e;
}

void keys_done(struct keys *k)
{
    sqlite3_finalize(k->get);
    sqlite3_finalize(k->put);
    sqlite3_finalize(k->known);
    sqlite3_finalize(k->destroy);
    if (k->slots)
        sodium_memzero(k->slots, k->slots_count * sizeof(*k->slots));
    free(k->slots);
    *k = (struct keys){0};
}

void keys_clear(struct keys *k)
{
    sodium_memzero(k->slots, k->slots_count * sizeof(*k->slots));
}

/* The last bytes of a UUIDv7 are random. */
static struct key_slot *slot_of(struct keys *k, struct uuid incident)
{
    size_t hash = (size_t)incident.b[15] << 8 | incident.b[14];
    return &k->slots[hash & (k->slots_count - 1)];
}

static int slot_fill(struct keys *k, struct key_slot *slot)
{
    sqlite3_bind_blob(k->get, 1, slot->incident.b, sizeof(slot->incident.b), SQLITE_STATIC);
    int rc = sqlite3_step(k->get);
    slot->gone = true;
    if (rc == SQLITE_ROW && sqlite3_column_bytes(k->get, 0) == SEAL_KEY_BYTES) {
        memcpy(slot->key.b, sqlite3_column_blob(k->get, 0), SEAL_KEY_BYTES);
        slot->gone = false;
    }
    sqlite3_reset(k->get);
    return db_code(rc);
}

/* A new key, unless the incident has records already. */
static int slot_make(struct keys *k, struct key_slot *slot)
{
    sqlite3_bind_blob(k->known, 1, slot->incident.b, sizeof(slot->incident.b), SQLITE_STATIC);
    int rc = sqlite3_step(k->known);
    sqlite3_reset(k->known);
    if (rc != SQLITE_DONE)
        return db_code(rc);

    seal_key_make(&slot->key);
    slot->gone = false;
    sqlite3_bind_blob(k->put, 1, slot->incident.b, sizeof(slot->incident.b), SQLITE_STATIC);
    sqlite3_bind_blob(k->put, 2, slot->key.b, sizeof(slot->key.b), SQLITE_STATIC);
    rc = sqlite3_step(k->put);
    sqlite3_reset(k->put);
    return db_code(rc);
}

int keys_of(struct keys *k, struct uuid incident, const struct seal_key **ret)
{
    assert(!uuid_is_none(incident));
    struct key_slot *slot = slot_of(k, incident);
    if (uuid_cmp(slot->incident, incident) != 0) {
        slot->incident = incident;
        int rc = slot_fill(k, slot);
        if (rc == SQLITE_OK && slot->gone && k->put)
            rc = slot_make(k, slot);
        if (rc != SQLITE_OK) {
            *slot = (struct key_slot){0};
            return rc;
        }
    }
    *ret = slot->gone ? NULL : &slot->key;
    return SQLITE_OK;
}

int keys_destroy(struct keys *k, struct uuid incident)
{
    struct key_slot *slot = slot_of(k, incident);
    if (uuid_cmp(slot->incident, incident) == 0)
        sodium_memzero(slot, sizeof *slot);
    sqlite3_bind_blob(k->destroy, 1, incident.b, sizeof incident.b, SQLITE_STATIC);
    int rc = sqlite3_step(k->destroy);
    sqlite3_reset(k->destroy);
    return db_code(rc);
}
