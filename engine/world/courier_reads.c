#include "world/courier_reads.h"

#include "base/text.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void reads_add(struct courier_reads *r, const char *path)
{
    assert(r->count < COURIER_READS_MAX);
    r->paths[r->count++] = mem_str(path);
}

/*
 * resolv.conf is often a link into a folder of the program that keeps it and replaces it there:
 * then the folder is what may be read.
 */
static void reads_add_resolver(struct courier_reads *r)
{
    static const char path[] = "/etc/resolv.conf";
    char real[PATH_MAX];
    char *name = realpath(path, real) ? strrchr(real, '/') : NULL;
    if (!name || name == real || strncmp(real, "/etc/", 5) == 0) {
        reads_add(r, path);
    } else {
        *name = '\0';
        reads_add(r, real);
    }
}

void courier_reads_init(struct courier_reads *r, const char *secrets)
{
    static const char *const always[] = {
        "/etc/nsswitch.conf",
        "/etc/host.conf",
        "/etc/hosts",
        "/etc/gai.conf",
        "/etc/services",
        "/etc/passwd",
        "/etc/localtime",
        /* the modules that resolve names, and what loads them */
        "/etc/ld.so.cache",
        "/usr/lib",
        "/lib",
        "/lib64",
        /* authorities; /etc/ssl itself holds private keys too */
        "/etc/ssl/certs",
        "/etc/ssl/openssl.cnf",
        "/etc/ca-certificates",
        "/usr/share/ca-certificates",
        "/usr/local/share/ca-certificates",
        "/etc/pki/tls",
        "/dev/null",
        "/dev/urandom",
    };
    *r = (struct courier_reads){0};
    for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
        reads_add(r, always[i]);
    reads_add_resolver(r);
    if (secrets)
        reads_add(r, secrets);
}

void courier_reads_done(struct courier_reads *r)
{
    for (size_t i = 0; i < r->count; i++)
        free(r->paths[i]);
    *r = (struct courier_reads){0};
}

/* FNV-1a over the numbers of each. */
uint64_t courier_reads_mark(const struct courier_reads *r)
{
    uint64_t mark = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < r->count; i++) {
        struct stat st = {0};
        if (stat(r->paths[i], &st) != 0)
            st = (struct stat){0};
        const uint64_t numbers[] = {(uint64_t)st.st_dev, (uint64_t)st.st_ino};
        for (size_t n = 0; n < 2; n++) {
            for (int shift = 0; shift < 64; shift += 8)
                mark = (mark ^ (numbers[n] >> shift & 0xff)) * UINT64_C(1099511628211);
        }
    }
    return mark;
}
