#include "courier/fill.h"

#include "core/optional.h"
#include "core/template.h"

#include <string.h>

static const char SECRET[] = "secret.";

static void url_encode_but(const char *s, const char *plain, struct text *ret)
{
    for (; *s; s++) {
        if (strchr(plain, *s))
            text_add_char(ret, *s);
        else
            text_addf(ret, "%%%02X", (unsigned)(unsigned char)*s);
    }
}

#define UNRESERVED "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"

void url_encode(const char *s, struct text *ret)
{
    url_encode_but(s, UNRESERVED, ret);
}

/* The line NAME of {secret.NAME}; NULL: it is none, or there is no such line. */
static const char *secret_of(const struct fill *f, const char *name)
{
    return f->secret ? secret_value(f->secret, name + strlen(SECRET)) : NULL;
}

static bool is_secret(const char *name)
{
    return strncmp(name, SECRET, strlen(SECRET)) == 0;
}

static enum err no_contact(struct why *why)
{
    return why_set(why, ERR_CONFIG,
                   "its url or message needs a contact and this person has none; "
                   "set it with: muster contact set");
}

static enum err no_secret(const struct fill *f, const char *name, struct why *why)
{
    name += strlen(SECRET);
    if (f->secret_name)
        return why_set(why, ERR_CONFIG, "secret \"%s\" has no %.64s; add a line %.64s=… to it",
                       f->secret_name, name, name);
    return why_set(why, ERR_CONFIG,
                   "the channel needs a secret with a line %.64s=… and the endpoint names none; "
                   "add secret = \"NAME\" to it in the site",
                   name);
}

static enum err piece_fill(const struct fill *f, const struct piece *p, bool url, struct text *ret,
                           struct why *why)
{
    AUTO_TEXT(name);
    text_add_bytes(&name, p->name.at, p->name.len);
    bool secret = is_secret(text_str(&name)), contact = strcmp(text_str(&name), "contact") == 0;
    const char *value = secret ? secret_of(f, text_str(&name)) : contact ? f->contact : NULL;

    if (!secret && !contact) {
        text_add_bytes(ret, p->text.at, p->text.len); /* the url of a secret file has braces */
        return ERR_OK;
    }
    if (!value || !*value)
        return secret ? no_secret(f, text_str(&name), why) : no_contact(why);
    if (url)
        url_encode_but(value, secret ? UNRESERVED ":" : UNRESERVED, ret);
    else
        text_add(ret, value);
    return ERR_OK;
}

static enum err text_fill(const struct fill *f, const char *pattern, bool url, struct text *ret,
                          struct why *why)
{
    struct piece p;

    while ((p = template_next(&pattern)).kind != PIECE_END) {
        enum err e = ERR_OK;

        if (p.kind == PIECE_VALUE)
            e = piece_fill(f, &p, url, ret, why);
        else
            text_add_bytes(ret, p.text.at, p.text.len);
        if (e)
            return e;
    }
    return ERR_OK;
}

enum err url_fill(const struct fill *f, const char *pattern, struct text *ret, struct why *why)
{
    return text_fill(f, pattern, true, ret, why);
}

static bool is_there(void *ctx, const char *name)
{
    const struct fill *f = ctx;
    const char *value = is_secret(name) ? secret_of(f, name) : f->contact;

    return value && *value;
}

/* Fill the texts in a tree of our own, in place. */
static enum err tree_fill(const struct fill *f, json_t *tree, struct why *why)
{
    json_t *member;
    const char *key;
    size_t n;
    enum err e = ERR_OK;

    if (json_is_string(tree)) {
        AUTO_TEXT(t);
        e = text_fill(f, json_string_value(tree), false, &t, why);
        if (!e)
            json_string_setn_nocheck(tree, text_str(&t), t.len);
    }
    json_array_foreach(tree, n, member)
    {
        if (!e)
            e = tree_fill(f, member, why);
    }
    json_object_foreach(tree, key, member)
    {
        if (!e)
            e = tree_fill(f, member, why);
    }
    return e;
}

enum err fill_tree(const struct fill *f, const json_t *tree, json_t **ret, struct why *why)
{
    struct fill own = *f;
    AUTO_JSON(kept);
    kept = optional_keep(tree, is_there, &own);
    json_t *filled = json_deep_copy(kept);
    enum err e = filled ? tree_fill(f, filled, why) : ERR_OK;

    if (e)
        json_decref(filled);
    else
        *ret = filled ? filled : json_object();
    return e;
}

bool fill_wants_secret(const json_t *tree)
{
    json_t *member;
    const char *key;
    size_t n;

    if (json_is_string(tree))
        return strstr(json_string_value(tree), "{secret.") != NULL;
    json_array_foreach(json_unconst(tree), n, member)
    {
        if (fill_wants_secret(member))
            return true;
    }
    json_object_foreach(json_unconst(tree), key, member)
    {
        if (fill_wants_secret(member))
            return true;
    }
    return false;
}
