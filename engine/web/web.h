/*
 * web - the pages as bytes: what a browser gets for "/", "/phones", "/assets/…", "/favicon.svg".
 *
 * Made at build time (scripts/embed) from engine/web/: scripts and styles are bundled by esbuild,
 * every file is here as it is and gzipped. What is not needed at first sight comes in scripts of
 * its own, named by their content. Under WEB=0 there are no scripts; "/" and "/phones" are
 * one plain page that shows the API.
 *
 * The documents hold no script and no style of their own, so that a strict Content-Security-Policy
 * can be sent with them.
 *
 * Layer      constants: includes nothing of ours, may be included by all.
 * Ownership  Static. Nothing is freed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct web_file {
    const char *path; /* "/assets/app.js" */
    const char *type; /* "text/javascript; charset=utf-8" */
    const unsigned char *raw;
    size_t raw_len;
    const unsigned char *gzip;
    size_t gzip_len;
    /* Strong, of the content, with quotes. Two representations, so two tags (RFC 9110, 8.8.3.3). */
    const char *etag;
    const char *etag_gzip;
    bool forever; /* named by its content: never another one under this name */
};

/* path  without query. NULL: there is no such file. */
const struct web_file *web_find(const char *path);
