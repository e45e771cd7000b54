#include "ctl/daemon_config.h"

#include <string.h>
#include <unistd.h>

/* Flags are named as options are, with two dashes; the names live as long as the program. */
static const char *flag_name(enum option o)
{
    static const char *const names[OPTIONS] = {
#define X(option, name, type, fallback, least, most, sentence) [option] = "--" name,
        OPTION_TABLE(X)
#undef X
    };
    return names[o];
}

static const char *flag_value(enum option_type type)
{
    switch (type) {
    case OPTION_PATH:
        return "PATH";
    case OPTION_TEXT:
        return "TEXT";
    case OPTION_SWITCH:
        return NULL;
    case OPTION_COUNT:
        return "N";
    case OPTION_BYTES:
        return "SIZE";
    case OPTION_MS:
        return "DURATION";
    }
    return NULL;
}

struct option_spec *daemon_options(void)
{
    struct option_spec *specs = mem_new(OPTIONS + 3, sizeof *specs);
    size_t count = 0;
    specs[count++] = (struct option_spec)OPTION(
        "--config", "FILE",
        "options from this file; else $MUSTER_CONFIG, ./muster.conf, /etc/muster/muster.conf",
        "配置文件；默认 $MUSTER_CONFIG、./muster.conf、/etc/muster/muster.conf");
    specs[count++] = (struct option_spec)OPTION(
        "-n", NULL, "check configuration, site and plans, and end", "只检查，不启动");
    for (int o = 0; o < OPTIONS; o++) {
        const struct option_def *def = option_def((enum option)o);
        specs[count++] = (struct option_spec){flag_name((enum option)o),
                                              flag_value(def->type),
                                              o == OPT_LISTEN,
                                              {def->sentence, def->sentence},
                                              def->fallback[0] ? def->fallback : NULL};
    }
    return specs;
}

static const char *file_choose(const struct ctl *c, const struct args *a)
{
    static const char *const places[] = {"./muster.conf", "/etc/muster/muster.conf"};
    const char *flag = args_value(a, "--config");
    if (flag)
        return flag;
    for (char *const *at = c->environment; *at; at++)
        if (strncmp(*at, "MUSTER_CONFIG=", 14) == 0 && (*at)[14])
            return *at + 14;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (access(places[i], F_OK) == 0)
            return places[i];
    return NULL;
}

/* One that is given often is a list, as in muster.conf. false: it is not given. */
static bool flag_read(const struct args *a, const char *name, struct text *ret)
{
    const char *value = args_nth(a, name, 0);
    if (!value)
        return false;
    for (size_t n = 0; (value = args_nth(a, name, n)); n++)
        text_addf(ret, "%s%s", n ? " " : "", value);
    return true;
}

enum err daemon_config(const struct ctl *c, const struct args *a, struct config *ret,
                       struct why *why)
{
    AUTO_JSON(from);
    json_t *flags = json_object();
    from = json_put_str(json_object(), "file", file_choose(c, a));
    json_put(from, "flags", flags);
    for (int o = 0; o < OPTIONS; o++) {
        AUTO_TEXT(value);
        if (flag_read(a, flag_name((enum option)o), &value))
            json_put_str(flags, option_def((enum option)o)->name,
                         value.len ? text_str(&value) : "yes");
    }
    return config_load(from, c->environment, ret, why);
}
