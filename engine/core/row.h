/*
 * row - what the core asks the store to keep beside the journal: the projection of one object.
 *
 * A projection row can always be made again from the journal (muster journal rebuild). The core
 * makes one for each object that a batch changed, once a batch; the store writes it in the same
 * transaction as the records. The columns are for queries; `body` holds the object whole.
 * The store seals `body` with the incident's key.
 *
 * Ownership  row_done drops what a row holds.
 */
#pragma once

#include "base/id.h"
#include "base/json.h"
#include "base/time.h"

enum row_kind {
    ROW_INCIDENT, /* id = incident */
    ROW_NOTICE,   /* id = notice */
    ROW_KEY,      /* id = principal + "\n" + key: a dedup key that binds */
    ROW_META,     /* id = name: "core" (counters), "config" (pins in force), "drills", "occasions",
                     "driver", "endpoint/NAME", "contact/PERSON/ENDPOINT" */
    ROW_ACCESS,   /* id = principal of a key or a session */
    ROW_FACT,     /* id = incident + "/" + what is known (reading.h) */
    ROW_ITEM,     /* id = item */
    ROW_REPORT,   /* id = report */
    ROW_DUTY,     /* id = what was decided about who is on duty (duty.h) */
    ROW_KINDS
};

struct row {
    enum row_kind kind;
    char *id;
    struct uuid incident; /* none for ROW_META, ROW_ACCESS */
    bool gone;            /* delete the row; body is NULL */
    bool open;            /* to be loaded at start: neither closed nor finished */
    bool drill;
    char *plan;  /* ROW_INCIDENT: plan name; ROW_ITEM: its owner; ROW_REPORT: its kind; else NULL */
    char *state; /* ROW_INCIDENT, ROW_NOTICE, ROW_ITEM, ROW_REPORT: the state's name; else NULL */
    wall_ms due; /* ROW_ITEM, ROW_REPORT: 0 without one */
    char *sort;  /* ROW_ITEM: its kind; else NULL */
    bool late;   /* ROW_ITEM: open, and was due */
    /* The object whole, either way: the core gives bytes, the store gives back what it read. */
    char *text; /* canonical JSON */
    json_t *body;
    /* Of an incident that was asked for: what is known (ROW_FACT), own. The core gives none. */
    struct row *parts;
    size_t parts_count;
    bool parts_more; /* there are further ones */
};

void row_done(struct row *r);
