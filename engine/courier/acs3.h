/*
 * acs3 - how Alibaba Cloud wants requests signed: ACS3-HMAC-SHA256, version 3.
 *
 * Signed are the method, the path, the query in the order of its names, the headers host,
 * content-type and x-acs-*, and the SHA-256 of the body.
 *
 * Layer      courier: base, libsodium.
 * Source     help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
 */
#pragma once

#include "base/json.h"
#include "base/time.h"

struct acs3_request {
    const char *method;
    const char *host;      /* with its port, where the url has one */
    const char *path;      /* as it stands in the url; "": "/" */
    const json_t *query;   /* table of texts; NULL: none */
    const json_t *headers; /* those of the channel; NULL: none */
    const char *body;
    size_t body_bytes;
    const char *id, *key; /* AccessKey ID and AccessKey secret */
    const char *nonce;    /* never the same twice */
    wall_ms now;
};

/* The headers to add, by name: x-acs-date, -signature-nonce, -content-sha256, authorization. Gives.
 */
json_t *acs3_headers(const struct acs3_request *q);
