#include "world/driver.h"

#include <elf.h>
#include <link.h>
#include <string.h>

enum { ID_SHOWN = 6 };

struct names {
    struct text *to;
    bool first; /* the program itself comes first, without a name */
};

static void id_add(const unsigned char *id, size_t len, struct text *to)
{
    text_add_char(to, ' ');
    for (size_t n = 0; n < len && n < ID_SHOWN; n++)
        text_addf(to, "%02x", id[n]);
}

/* Notes are name, description, type, each aligned to 4 bytes. */
static void notes_read(const unsigned char *at, size_t len, struct text *to)
{
    ElfW(Nhdr) note;
    while (len >= sizeof note) {
        memcpy(&note, at, sizeof note);
        size_t name = (note.n_namesz + 3U) & ~3U, desc = (note.n_descsz + 3U) & ~3U;
        if (len - sizeof note < name || len - sizeof note - name < desc)
            return;
        const unsigned char *id = at + sizeof note + name;
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof ELF_NOTE_GNU &&
            !memcmp(at + sizeof note, ELF_NOTE_GNU, sizeof ELF_NOTE_GNU))
            id_add(id, note.n_descsz, to);
        at = id + desc;
        len -= sizeof note + name + desc;
    }
}

static void build_id(const struct dl_phdr_info *object, struct text *to)
{
    for (int n = 0; n < object->dlpi_phnum; n++) {
        const ElfW(Phdr) *h = &object->dlpi_phdr[n];
        union {
            ElfW(Addr) address;
            const unsigned char *at;
        } notes = {.address = object->dlpi_addr + h->p_vaddr};
        if (h->p_type == PT_NOTE)
            notes_read(notes.at, h->p_memsz, to);
    }
}

static int object_seen(struct dl_phdr_info *object, size_t size, void *ctx)
{
    struct names *names = ctx;
    const char *slash = strrchr(object->dlpi_name, '/');
    const char *name = slash ? slash + 1 : object->dlpi_name;
    (void)size;
    if (names->first)
        build_id(object, names->to);
    names->first = false;
    if (strncmp(name, "liblua", 6) == 0) {
        text_addf(names->to, ", %s", name);
        build_id(object, names->to);
    }
    return 0;
}

void driver_name(const char *version, struct text *to)
{
    struct names names = {.to = to, .first = true};
    text_addf(to, "muster %s", version);
    dl_iterate_phdr(object_seen, &names);
}
