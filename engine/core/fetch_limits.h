/*
 * fetch_limits - what a fetch of a plan may be (core/fetch.h), for those who read plans.
 */
#pragma once

enum {
    FETCHES_AT_ONCE = 32, /* of all; of an endpoint its at_once */
    FETCH_BODY_BYTES =
        64 * 1024, /* of what is sent; of an answer courier/http_answer.h keeps as many */
};
