/*
 * bare_multi - what libcurl's multi interface does when nothing else has to be done.
 *
 *     bare_multi URL COUNT AT_ONCE BYTES
 *
 * COUNT requests POST of BYTES bytes, AT_ONCE of them under way, on kept connections: what our
 * courier could reach. Prints {"count":…,"failed":…,"seconds":…}.
 */
#include "peer.h"

#include <curl/curl.h>

enum { AT_ONCE_MAX = 1024, BYTES_MAX = 65536 };

struct bare {
    const char *url;
    long count, begun, done, failed;
    char body[BYTES_MAX + 1];
};

static size_t drop(char *bytes, size_t size, size_t count, void *ctx)
{
    (void)bytes;
    (void)ctx;
    return size * count;
}

static void begin(struct bare *b, CURLM *multi, CURL *easy)
{
    b->begun++;
    if (curl_multi_add_handle(multi, easy) != CURLM_OK)
        die("curl_multi_add_handle");
}

static CURL *handle_new(const struct bare *b)
{
    CURL *easy = curl_easy_init();
    if (!easy)
        die("curl_easy_init");
    curl_easy_setopt(easy, CURLOPT_URL, b->url);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, b->body);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    return easy;
}

/* One is over: its handle makes the next. */
static void ended(struct bare *b, CURLM *multi, const CURLMsg *message)
{
    CURL *easy = message->easy_handle;
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    b->done++;
    b->failed += message->data.result != CURLE_OK || status != 200;
    curl_multi_remove_handle(multi, easy);
    if (b->begun < b->count)
        begin(b, multi, easy);
    else
        curl_easy_cleanup(easy);
}

static void run(struct bare *b, CURLM *multi)
{
    while (b->done < b->count) {
        int running, left;
        CURLMsg *message;
        if (curl_multi_perform(multi, &running) != CURLM_OK)
            die("curl_multi_perform");
        while ((message = curl_multi_info_read(multi, &left)))
            if (message->msg == CURLMSG_DONE)
                ended(b, multi, message);
        if (b->done < b->count && curl_multi_poll(multi, NULL, 0, 1000, NULL) != CURLM_OK)
            die("curl_multi_poll");
    }
}

int main(int argc, char **argv)
{
    static struct bare b;
    if (argc != 5) {
        fprintf(stderr, "usage: bare_multi URL COUNT AT_ONCE BYTES\n");
        return 2;
    }
    b.url = argv[1];
    b.count = number(argv[2], 1, 10000000);
    long at_once = number(argv[3], 1, AT_ONCE_MAX);
    memset(b.body, 'x', (size_t)number(argv[4], 0, BYTES_MAX));
    CURLM *multi = curl_multi_init();
    if (!multi)
        die("curl_multi_init");
    int64_t begun = clock_us(CLOCK_MONOTONIC);
    while (b.begun < b.count && b.begun < at_once)
        begin(&b, multi, handle_new(&b));
    run(&b, multi);
    printf("{\"count\":%ld,\"failed\":%ld,\"seconds\":%.6f}\n", b.count, b.failed,
           (double)(clock_us(CLOCK_MONOTONIC) - begun) / 1e6);
    curl_multi_cleanup(multi);
    return b.failed ? 1 : 0;
}
