/*
 * check_body - what can be known of the bodies of a plan without running them.
 *
 * Goes through a resolved tree and looks at each call of a word of the plan language whose
 * arguments are written down: options that do not exist, targets that are nobody,
 * durations that are none, calls that would wait for ever, facts that no one will ever report,
 * bodies that nobody will ever run. What is computed is left to the run.
 *
 * Layer      plan: base, core/site.
 * Errors     Findings.
 */
#pragma once

#include "base/json.h"
#include "plan/findings.h"
#include "plan/tree.h"

#include <stdbool.h>

struct site;

struct body_check {
    const char *file;
    const struct node *tree;
    const struct node *call; /* the constructor call, NULL: none */
    const json_t *head;      /* as loaded, NULL: it could not be; then facts are not looked at */
    const char *plan;        /* its name, NULL: it has none yet */
    const struct site *site; /* the same, for targets, languages and endpoints */
    const struct node **libraries; /* trees of those that it requires, and of theirs */
    size_t libraries_count;
    const json_t *catalogue; /* of the plan; NULL: none, or it could not be had */
    bool is_library; /* its head is that of whoever requires it, and who takes roles is not known */
    const json_t *plans; /* {NAME: head, or true} of the set; NULL: it is not the whole set */
    const char *roster;  /* of the call whose rungs are looked at: ids of its seats; NULL: none */
    bool any_seat;       /* the same, where the roster is computed */
    const json_t *roles; /* {NAME:true} that it assigns; NULL: any. Set by check_bodies */
    struct findings *findings;
    unsigned own_methods;        /* check_method.h; set by check_bodies */
    unsigned *left;              /* literals still looked at: locals can make much out of little */
    const struct node *texts;    /* the table that a library returns. Set by check_bodies */
    const struct node **stopped; /* where they were used up. Set by check_bodies */
};

enum { BODY_LITERALS_MAX = 50 * 1000 };

void check_bodies(const struct body_check *c);
