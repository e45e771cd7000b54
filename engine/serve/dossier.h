/*
 * dossier - everything that is printed and kept of one incident, as one JSON document; gathered
 * page by page, so that no reading transaction is long.
 *
 *     dossier_begin ─► query ─► dossier_take ─┬─ true ─► the next query
 *                                             └─ false: failed, or whole ─► dossier_json
 *
 *     {"as_of","incident":{…},"course":{…},"score"?:{…},"items":[…],"lessons":[…],"orders":[…],
 *      "notices":[…],"answers":[…],
 *      "events":[{"seq","at","kind","zh","en"}],"reports":[…],"rows","first_seq","last_seq",
 *      "last_at","ended","omitted","events_more"?,"notices_more"?}
 *
 * "reports" has each report of the incident with its text, oldest first. "course" (core/course.h)
 * is what took how long, "score" (core/score.h) how a drill went, "lessons" the improvements that
 * were opened for the incident, wherever they are kept.
 *
 * Rows may be committed between two pages. The journal is read first, then what it led to, then the
 * journal again: where it went on, so does the reading, and at most DOSSIER_ROUNDS times.
 *
 * Left out of "events" is what "notices" says better (each attempt of a message) and what is the
 * machine's own (steps of the plan without a word, times that were up); "omitted" counts it.
 *
 * Layer      serve: pure.
 * Ownership  dossier_done frees, at any time.
 */
#pragma once

#include "serve/serve.h"

enum { DOSSIER_ROUNDS = 5 };

struct dossier {
    struct query next; /* what to ask the store for now */
    const struct serve_port *port;
    int64_t gen;
    struct uuid incident_id;
    int64_t rows_max; /* 0: all */
    int step, rounds;
    bool grown, open, purged;
    json_t *incident, *items, *reports, *orders, *notices, *answers, *events;
    json_t *notices_by_id, *lessons;
    struct course *course;
    struct score *score;
    int64_t rows, first_seq, last_seq, as_of, omitted;
    wall_ms last_at;
    int64_t mono_to_wall; /* by the last row */
    bool events_more, notices_more;
};

/*
 * port      For the times of what is still open; NULL: as the clocks stood at the last row.
 * rows_max  So many sentences and messages, then "events_more" or "notices_more" is true. 0: all.
 */
void dossier_begin(struct dossier *d, struct uuid incident, const struct serve_port *port,
                   int64_t gen, int64_t rows_max);
/* false: nothing more to ask; the result has failed, or the dossier is whole. */
bool dossier_take(struct dossier *d, const struct query_result *result);
bool dossier_is_purged(const struct dossier *d);
/* Neither the incident nor a message of it goes on. */
bool dossier_is_over(const struct dossier *d);
json_t *dossier_json(const struct dossier *d); /* gives */
void dossier_done(struct dossier *d);
