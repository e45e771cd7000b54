/*
 * gantt - the spans of a night as a chart: levels, calls, measures, reports, one row each.
 *
 * An SVG of its own: no script, no font, no picture from elsewhere; black on white on paper, and in
 * the colours of a dark screen where that is wanted (prefers-color-scheme). What ended well, what
 * was late or in vain differ in pattern and word, too, not by colour alone.
 *
 * Layer      desk: base.
 * Errors     None. Of very many spans the first GANTT_ROWS are drawn, and the rest is counted.
 */
#pragma once

#include "base/json.h"
#include "base/time.h"

enum { GANTT_ROWS = 200 };

/*
 * spans: see figures.h. begins, lasts: of the axis; zone for its times; title: one line.
 */
void gantt_add(const json_t *spans, wall_ms begins, int64_t lasts, const char *zone,
               const char *title, bool zh, struct text *to);
