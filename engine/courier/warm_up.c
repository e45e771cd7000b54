#include "courier/courier.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <malloc.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { DESCRIPTORS = 4096 };

/* libnss_files and libnss_dns are part of libc since 2.34; the rest are libraries. */
static void nss_module_load(const char *service)
{
    char file[64];

    if (strchr(service, '/') || service[0] == '[')
        return;
    int n = snprintf(file, sizeof file, "libnss_%s.so.2", service);
    if (n < 0 || (size_t)n >= sizeof file)
        return;
    /* kept until the process ends: libc finds it loaded and opens no file */
    (void)dlopen(file, RTLD_NOW);
}

/* "hosts: files mdns4_minimal [NOTFOUND=return] dns": load what names are resolved with. */
static void nss_modules_load(void)
{
    FILE *conf = fopen("/etc/nsswitch.conf", "re");
    char line[512];

    while (conf && fgets(line, sizeof line, conf)) {
        char *rest = NULL;

        if (strncmp(line, "hosts:", 6) != 0)
            continue;
        for (char *service = strtok_r(line + 6, " \t\n", &rest); service;
             service = strtok_r(NULL, " \t\n", &rest))
            nss_module_load(service);
    }
    if (conf)
        fclose(conf);
}

/* Each attempt may have a connection, and while its name is resolved three descriptors more. */
static void descriptors_allow(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= DESCRIPTORS)
        return;
    limit.rlim_cur = limit.rlim_max < DESCRIPTORS ? limit.rlim_max : DESCRIPTORS;
    setrlimit(RLIMIT_NOFILE, &limit);
}

void courier_warm_up(void)
{
    descriptors_allow();
    signal(SIGPIPE, SIG_IGN); /* libcurl leaves it to us (CURLOPT_NOSIGNAL) */
    nss_modules_load();
    /* each thread that resolves a name would get a heap of its own and never give it back */
    mallopt(M_ARENA_MAX, 2);
    if (sodium_init() < 0)
        abort();
    if (curl_global_init(CURL_GLOBAL_ALL) != CURLE_OK)
        abort();
}
