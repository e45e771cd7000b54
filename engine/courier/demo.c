#include "courier/demo.h"

#include "courier/address.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum err demo_read(const json_t *hello, struct demo *ret, struct why *why)
{
    const json_t *demo = json_at(hello, "demo");
    const char *key = json_str(demo, "key");

    *ret = (struct demo){0};
    if (!demo)
        return ERR_OK;
    if (!key || sign_key_parse(key, &ret->key, why))
        return why_set(why, ERR_INVALID, "hello names a demo without a key");
    ret->on = true;
    ret->url = mem_str(json_str(demo, "url"));
    return ERR_OK;
}

void demo_done(struct demo *d)
{
    sign_key_wipe(&d->key);
    free(d->url);
    *d = (struct demo){0};
}

static bool host_is_loopback(const char *host)
{
    struct address address;

    if (strcasecmp(host, "localhost") == 0)
        return true;
    return address_parse(host, &address) && !address_outside(&address);
}

bool url_is_loopback(const char *url)
{
    char *host = NULL;
    CURLU *parts = curl_url();

    if (!parts)
        abort();
    bool parsed = curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
                  curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK;
    bool loopback = parsed && host_is_loopback(host);
    curl_free(host);
    curl_url_cleanup(parts);
    return loopback;
}
