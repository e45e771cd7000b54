/*
 * archive - what is kept of an incident outside of the database: a folder with its record, for
 * people and for programs, and the sheet that proves it; and views of the same facts. Run by the
 * command line in its own process, beside the daemon or without one: the database is read only.
 *
 *     DIR/incident.json       the incident with items, orders, messages, facts
 *     DIR/timeline.jsonl      the rows of its journal, as `muster journal export` has them
 *     DIR/record.zh.html      the printed record
 *     DIR/record.en.html
 *     DIR/drill.zh.html       of a drill: its evaluation and summary
 *     DIR/drill.en.html
 *     DIR/verification.txt    the sheet: sums, rows, chain, the signed head; how to verify
 *
 * Layer      engine/: store, serve's shapes and paper meet here.
 */
#pragma once

#include "ctl/ctl.h"

#define ARCHIVE_SHEET "verification.txt"

enum err archive_make(void *ctx, const struct archive_ask *ask, json_t **ret, struct why *why);
enum err archive_check(void *ctx, const struct archive_ask *ask, json_t **ret, struct why *why);
enum err archive_view(void *ctx, const struct journal_ask *ask, const struct view_ask *view,
                      struct text *to, struct why *why);
