/*
 * check_set - a set of files on its way through the check. Private to check.c and check_library.c.
 *
 * Layer      plan: base.
 */
#pragma once

#include "base/time.h"
#include "plan/check_body.h"
#include "plan/library.h"
#include "plan/load.h"

struct site;
struct channel_set;

/* One file on its way through the check. */
struct checked {
    char *file;       /* as findings name it: "flood.lua", "channels/demo.lua", "drills/x.lua" */
    const char *name; /* "flood.lua"; borrows from the request */
    const char *src;
    size_t len;
    char *bytes; /* own: what came as hex */
    enum text_kind kind;
    struct arena arena;
    struct node *tree;
    struct loaded loaded;
    json_t *needs;      /* {NAME: [line, column]} of libraries; NULL: none */
    bool broken;        /* it cannot be run, nor what requires it */
    bool is_catalogue;  /* and was checked as one */
    unsigned char mark; /* on the way through what libraries require: enum mark */
};

struct check {
    struct findings findings;
    struct checked *files; /* site first, then holidays, channels, libraries, plans, scenarios */
    size_t count;
    size_t cap;
    struct site *site;
    struct channel_set *channels;
    wall_ms now; /* 0: not known; then nothing is called overdue */
    const json_t
        *papers; /* [{"name","source"}]: Markdown beside the plans; NULL: not looked for. Borrows */
    json_t *plans;           /* {"flood": its head, or true}: a plan is called as its file is */
    json_t *scenarios;       /* {"NAME":…} of those that are good */
    json_t *holidays;        /* of the site, as it names its files */
    const json_t *calendars; /* [{"name","source"}]: iCalendar. Borrows */
    struct libraries libraries;
};

/* Parse and resolve; then run its top for its data. */
void check_parse_file(struct check *c, struct checked *f);
void check_load_file(struct check *c, struct checked *f);

/* ---- check_library.c ---- */

/* All libraries of the set, each by itself. */
void check_libraries(struct check *c);
/* Is all there that this file requires, and none of it by way of itself? */
void check_follow(struct check *c, struct checked *f);
/* All libraries of a plan, what it requires and its catalogue: {NAME: true}. Gives. */
json_t *check_libraries_of(const struct check *c, const struct checked *f);
const struct checked *check_library_file(const struct check *c, const char *name);
/* The catalogue that the head names. Borrows; NULL: none, or it is none. */
const json_t *check_catalogue_of(struct check *c, const struct checked *f);
/* ---- check_calendar.c ---- */

/* Load the files of holidays, and put them in the place of their names in the site. */
void check_holidays(struct check *c, json_t *site);
/* The same of the calendars of rosters, as shifts. */
void check_calendars(struct check *c, json_t *site);
/* Where a remark about holidays belongs: its file, and the path in there (given). NULL: the site.
 */
const struct checked *check_holidays_place(struct check *c, const json_t *path, json_t **ret_path);

/* ---- check_paper.c ---- */

/* Is the paper there that the head names, and do its headings cover what the law wants? */
void check_paper(struct check *c, const struct checked *f);

/* ---- check.c ---- */

/* Look at the code of a file; what is known of its head stands in `body`. */
void check_code(struct check *c, const struct checked *f, struct body_check *body);
