#include "world/page.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* In shared memory: the child writes it, the supervisor reads it after the child's end. */
struct page {
    uint32_t kind; /* written last when taking, first when clearing */
    struct page_hand hand;
};

_Static_assert(sizeof(struct page) <= PAGE_BYTES, "a page must fit into its memory");

static void page_set_kind(struct page *p, enum page_kind kind)
{
    __atomic_store_n(&p->kind, (uint32_t)kind, __ATOMIC_RELEASE);
    __atomic_thread_fence(__ATOMIC_SEQ_CST); /* what follows may kill: not before the store */
}

enum err page_map(int fd, struct page **ret, struct why *why)
{
    void *at = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED)
        return why_set(why, ERR_IO, "shared page: %s", strerror(errno));
    *ret = at;
    return ERR_OK;
}

enum err page_new(struct page **ret, int *ret_fd, struct why *why)
{
    int fd = memfd_create("muster-page", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return why_set(why, ERR_IO, "shared page: %s", strerror(errno));
    if (ftruncate(fd, PAGE_BYTES) != 0 ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
        enum err e = why_set(why, ERR_IO, "shared page: %s", strerror(errno));
        close(fd);
        return e;
    }
    enum err e = page_map(fd, ret, why);
    if (e)
        close(fd);
    else
        *ret_fd = fd;
    return e;
}

void page_drop(struct page *p)
{
    if (p)
        munmap(p, PAGE_BYTES);
}

static int64_t cpu_used_ms(void)
{
    struct timespec used;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) != 0)
        return 0;
    return (int64_t)used.tv_sec * 1000 + used.tv_nsec / 1000000;
}

void page_take_incident(struct page *p, struct uuid incident, int64_t seq)
{
    page_set_kind(p, PAGE_NOTHING);
    p->hand.incident = incident;
    p->hand.seq = seq;
    p->hand.cpu_ms = cpu_used_ms();
    page_set_kind(p, PAGE_INCIDENT);
}

void page_take_digest(struct page *p, const uint8_t digest[PAGE_DIGEST_BYTES])
{
    page_set_kind(p, PAGE_NOTHING);
    memcpy(p->hand.digest, digest, PAGE_DIGEST_BYTES);
    p->hand.cpu_ms = cpu_used_ms();
    page_set_kind(p, PAGE_DIGEST);
}

void page_clear(struct page *p)
{
    page_set_kind(p, PAGE_NOTHING);
}

void page_read(const struct page *p, struct page_hand *ret)
{
    uint32_t kind = __atomic_load_n(&p->kind, __ATOMIC_ACQUIRE);
    *ret = (struct page_hand){.kind = PAGE_NOTHING};
    if (kind != PAGE_INCIDENT && kind != PAGE_DIGEST)
        return;
    *ret = p->hand;
    ret->kind = (enum page_kind)kind;
    if (ret->kind == PAGE_INCIDENT && uuid_is_none(ret->incident))
        ret->kind = PAGE_NOTHING;
}
