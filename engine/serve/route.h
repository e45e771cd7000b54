/*
 * route - which path with which method asks for what (INTERFACES 4): one table.
 *
 *     GET /api/v1/incidents/{id}/timeline?limit=5
 *         --route_find--> the row, {id}
 *         --route_object--> {"op":"timeline","incident":ID,"limit":5}, as a line would have it
 *
 * What comes as an object is checked where lines are checked (intake/request.h), so that both say
 * the same sentences. Other rows are answered by a function of their own (pages.c).
 *
 * Layer      serve: pure, but for the functions that the rows name.
 * Ownership  Rows are constant. A match borrows from the request.
 */
#pragma once

#include "intake/http.h"
#include "intake/ops.h"

struct conn;
struct route;

enum { ROUTE_PARAMS = 3 };

struct route_match {
    const struct route *route;
    const struct http_request *request;
    struct {
        const char *name; /* "id", of the table */
        size_t name_len;
        const char *value; /* a part of the path, decoded */
        size_t len;
    } params[ROUTE_PARAMS];
    size_t params_count;
};

struct http_reply;
struct slot;

/* Answers by itself. */
typedef void route_fn(struct conn *c, uint64_t line, const struct route_match *m);
/*
 * A reply ({"ok":…}) as a page for a person. body: what the page is written to; `r` has status 200
 * or that of the refusal.
 */
typedef void route_page_fn(const struct conn *c, const struct slot *slot, const json_t *reply,
                           struct http_reply *r, struct text *body);
/* Further headers of an answer whose reply is ok; may take from the reply what only they say. */
typedef void route_dress_fn(json_t *reply, struct http_reply *r);

/* What an answered request of an operation is shown as. */
enum route_shape {
    SHAPE_JSON,   /* the reply's members */
    SHAPE_OPENED, /* the same; 201 and Location where it is new */
    SHAPE_ONE,    /* the one object in it */
    SHAPE_EVENTS, /* a stream */
};

/* What is taken as a body. */
enum route_body {
    BODY_NONE,
    BODY_JSON, /* none at all is an empty object */
    BODY_FORM, /* JSON, or a form, whose empty fields are left out */
    BODY_TEXT, /* JSON, or any text: its first line is the title */
};

struct route {
    enum http_method method;
    const char *path; /* with {names} */
    enum op_id op;    /* where `answer` is NULL */
    enum route_shape shape;
    enum route_body body;
    bool demo; /* there under --demo only */
    route_fn *answer;
    route_dress_fn *dress; /* NULL: none */
    route_page_fn *page;   /* for browsers; NULL: they get JSON as programs do */
};

/*
 * returns  CODE_OK; CODE_METHOD_NOT_ALLOWED and the methods that are for the Allow header;
 *          CODE_NOT_BUILT for paths that are promised; CODE_UNKNOWN_ROUTE.
 */
enum code route_find(const struct http_request *r, bool demo, struct route_match *ret,
                     struct text *ret_allow, struct refusal *ret_refusal);

/* A part of the path, as a C string. Gives (free()); NULL where the row has no such part. */
char *route_param(const struct route_match *m, const char *name);

/* The object that asks for the same as a line. Gives. */
enum code route_object(const struct route_match *m, json_t **ret, struct refusal *ret_refusal);
