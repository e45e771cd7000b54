/*
 * What a channel of plans/channels/ makes of a message, for tests/live/channels.py.
 *
 *     channel < {"channel":"twilio/sms","vars":{…}} …     a line in, a line out: the frame
 * "attempt"
 *
 * The channels are loaded as the planner does and rendered as the core does. Run in the project's
 * root, or with MUSTER_ROOT.
 */
#include "core/channel.h"
#include "core/state.h"
#include "plan/check.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A set needs one, whatever its channels are for. */
static const char SITE[] = "return site { name = 'x', languages = { 'en' }, "
                           "endpoints = { phone = { channel = 'demo' } }, "
                           "people = { a = { name = 'A', contacts = { 'phone:@' } } }, "
                           "self_alarm = { to = 'person:a', text = 'x' }, "
                           "fallback = { { to = 'person:a', within = '5m' } } }";

static void die(const char *what, const char *why)
{
    fprintf(stderr, "channel: %s: %s\n", what, why);
    exit(1);
}

static json_t *file_of(const char *name)
{
    const char *root = getenv("MUSTER_ROOT");
    char bytes[4096];
    size_t got;
    AUTO_TEXT(path);
    AUTO_TEXT(source);

    text_addf(&path, "%s/plans/channels/%s", root ? root : ".", name);
    FILE *file = fopen(text_str(&path), "re");
    if (!file)
        die(text_str(&path), "cannot be read");
    while ((got = fread(bytes, 1, sizeof bytes, file)))
        text_add_bytes(&source, bytes, got);
    fclose(file);
    return check_file(name, text_str(&source), source.len);
}

static json_t *channels_of(void)
{
    const char *root = getenv("MUSTER_ROOT");
    json_t *list = json_array();
    struct dirent *entry;
    AUTO_TEXT(path);

    text_addf(&path, "%s/plans/channels", root ? root : ".");
    DIR *folder = opendir(text_str(&path));
    if (!folder)
        die(text_str(&path), "cannot be read");
    while ((entry = readdir(folder))) {
        const char *dot = strchr(entry->d_name, '.');
        if (dot && strcmp(dot, ".lua") == 0)
            json_array_append_new(list, file_of(entry->d_name));
    }
    closedir(folder);
    return list;
}

static struct channel_set *set_read(void)
{
    struct channel_set *set = NULL;
    struct why why = {0};
    json_t *request = json_object();
    AUTO_JSON(checked);

    json_put(request, "site", check_file("site.lua", SITE, strlen(SITE)));
    json_put(request, "channels", channels_of());
    checked = check_set(request);
    json_decref(request);
    const json_t *finding = json_array_get(json_at(checked, "findings"), 0);
    if (finding)
        die(json_str_or(finding, "file", "?"), json_str_or(finding, "text", "?"));
    if (channel_set_read(json_at(checked, "channels"), remark_to_why, &why, &set))
        die("channels", why.text);
    return set;
}

static void line_serve(const struct channel_set *set, const char *line, size_t len)
{
    struct why why = {0};
    AUTO_JSON(asked);
    AUTO_JSON(frame);
    AUTO_TEXT(body);
    AUTO_TEXT(out);

    if (json_read(line, len, &asked, &why))
        die("a line", why.text);
    const char *name = json_str_or(asked, "channel", "");
    const struct channel *c = channel_find(set, name);
    if (!c)
        die(name, "is no channel");
    channel_render(c, json_at(asked, "vars"), &body);
    frame = attempt_frame("li.ming", "pager", text_str(&body), NULL, c);
    json_put(frame, "asks", json_incref(channel_key(c, "probe"))); /* as a probe has it */
    json_write(frame, &out);
    printf("%s\n", text_str(&out));
    fflush(stdout);
}

int main(void)
{
    struct channel_set *set = set_read();
    char *line = NULL;
    size_t room = 0;
    ssize_t len;

    while ((len = getline(&line, &room, stdin)) > 0)
        line_serve(set, line, (size_t)len - (line[len - 1] == '\n'));
    free(line);
    channel_set_unref(set);
    return 0;
}
