/*
 * positions - where in the text a member of a literal table stands.
 *
 * The readers of heads, site and channels say where by a list of keys, e.g.
 * ["people","li.ming","contacts",2] with places in lists counted from 1 (core/remark.h); this finds
 * the line and column. Where a part is computed by code, the nearest part around it that is written
 * down is meant.
 *
 * Layer      plan: base only.
 */
#pragma once

#include "base/json.h"
#include "plan/tree.h"

/*
 * The place of the member at `path`; NULL or []: of the table itself. A named member stands where
 * its name is, one of a list where its value begins. Locals that are set once are followed.
 */
struct pos position_find(const struct node *table, const json_t *path);
