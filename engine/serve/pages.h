/*
 * pages - the routes that are no operation: health, metrics, the description of the API, static
 * files, signing in.
 */
#pragma once

#include "serve/route.h"

route_fn page_openapi, page_livez, page_readyz, page_metrics, page_security;
route_fn page_file;      /* "/", "/phones", "/assets/…" */
route_fn page_hook;      /* a webhook to the phones of the demo */
route_fn page_link_post; /* link_pages.c */
route_fn page_record;    /* record_page.c */
route_fn page_review;    /* review_page.c */
route_fn page_drill;     /* review_page.c */
route_fn page_duty;      /* duty_page.c */

/* reply.c: what services say back. */
route_fn page_reply, page_reply_account;
/* The word to a service, in its own dialect. false: it is answered as programs are. */
bool page_reply_word(const struct slot *slot, const json_t *reply, struct http_reply *r,
                     struct text *to);

/* Replies as pages for people: link_pages.c, login_pages.c. */
route_page_fn page_link, page_link_answered, page_signed_in, page_signed_out;

/* login_pages.c: the form; the session of a reply, or its end, as a cookie. */
route_fn page_login;
route_dress_fn page_cookie;
