/*
 * load - the data of a file: what site {…}, channel "NAME" {…}, plan "NAME" {…} or scenario
 * "NAME" {…} was given, or what a library returns.
 *
 * The text is run once, in a sandbox with a budget, with nothing but its constructor and the basics
 * of Lua; what the constructor got is taken as JSON. Words of the plan language are there too, and
 * fail when they are called: they run only in an incident.
 *
 * In a scenario, expect = { "order III", within = "15m" } is both a list and a table; the text
 * comes as "line".
 *
 * Layer      plan: base, Lua in its sandbox.
 * Ownership  loaded_done drops what load_text gave.
 * Errors     Findings, at the line that Lua names or at the member's place in the text.
 */
#pragma once

#include "base/json.h"
#include "plan/findings.h"
#include "plan/library.h"
#include "plan/scope.h"
#include "plan/tree.h"

struct loaded {
    const struct node *call;  /* the constructor call in the text; borrows from the tree */
    const struct node *table; /* its table, NULL when it is computed */
    json_t *json;      /* what the table says; NULL: it could not be had, or a library gives code */
    char *name;        /* plan "NAME", channel "NAME"; NULL: of the site, or not known */
    json_t *occasions; /* own: {NAME: true} of those that have a body; NULL: no plan */
    bool has_respond;  /* a plan: the object has a function respond */
};

/* A text that was parsed and resolved. */
struct loadable {
    const char *file; /* as findings name it */
    const char *name; /* "flood.lua": Lua's sentences name it so; the object's name must fit */
    const char *src;
    size_t len;
    enum text_kind kind;
    const struct node *tree;
    struct libraries *libraries; /* of the set, for require; NULL: none */
};

void load_text(const struct loadable *text, struct findings *findings, struct loaded *ret);
void loaded_done(struct loaded *l);

/* The constructor call of a text, NULL: there is none. */
const struct node *load_find_call(const struct node *tree, enum text_kind kind);

/* Where a member of it stands in the text; see position_find. */
struct pos loaded_place(const struct loaded *l, const json_t *path);
