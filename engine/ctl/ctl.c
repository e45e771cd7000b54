#include "ctl/ctl.h"

#include "base/listen.h"
#include "ctl/show.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct option_spec global_options[] = {
    OPTION("--server", "unix:PATH|tcp://H:P",
           "the daemon; else $MUSTER_SERVER, ./run/muster.sock, /run/muster/muster.sock; over TCP "
           "with the key in $MUSTER_KEY",
           "服务地址；默认 $MUSTER_SERVER、./run/muster.sock、/run/muster/muster.sock；TCP "
           "须在 $MUSTER_KEY 中给出密钥"),
    OPTION("--json", NULL, "print one JSON document", "输出 JSON"),
    OPTION("--lang", "zh|en", "language of what people read", "显示语言"),
    OPTION("--help", NULL, "say how to use the command, and end", "显示用法"),
    {.name = "-h"},
    OPTION("--version", NULL, "print the version, and end", "显示版本"),
    {.name = NULL},
};

/* ---- what commands share ---- */

const char *ctl_say(const struct ctl *c, struct words w)
{
    return c->zh ? w.zh : w.en;
}

void ctl_message(const char *fmt, ...)
{
    char message[4 * WHY_BYTES];
    va_list args;
    va_start(args, fmt);
    vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    (void)fflush(stdout);
    fprintf(stderr, "muster: %s\n", message);
}

int ctl_fail(enum err e, const struct why *why)
{
    AUTO_TEXT(sentence);
    show_safe(&sentence, why->text);
    ctl_message("%s", text_str(&sentence));
    return err_exit_code(e);
}

void ctl_print_json(const json_t *value)
{
    AUTO_TEXT(line);
    json_write(value, &line);
    puts(text_str(&line));
    (void)fflush(stdout);
}

/* ---- the caller's world ---- */

static const char *variable(char *const *environment, const char *name)
{
    size_t len = strlen(name);
    for (; *environment; environment++)
        if (strncmp(*environment, name, len) == 0 && (*environment)[len] == '=')
            return (*environment)[len + 1] ? *environment + len + 1 : NULL;
    return NULL;
}

static bool language_is_zh(const struct ctl *c)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = variable(c->environment, names[i]);
        if (value)
            return strncmp(value, "zh", 2) == 0;
    }
    return false;
}

static void terminal_look(struct ctl *c)
{
    struct winsize size;
    const char *term = variable(c->environment, "TERM");
    if (!isatty(STDOUT_FILENO))
        return;
    c->colour = !variable(c->environment, "NO_COLOR") && term && strcmp(term, "dumb") != 0;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        c->width = size.ws_col;
}

static bool path_is_there(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

/* "unix:PATH", a path, or "tcp://…"; the default is the first socket that is there. */
static enum err server_choose(struct ctl *c, const char *flag, struct why *why)
{
    static const char here[] = "./run/muster.sock", system[] = "/run/muster/muster.sock";
    const char *name = flag ? flag : variable(c->environment, "MUSTER_SERVER");
    if (!name)
        name = !path_is_there(here) && path_is_there(system) ? system : here;
    if (strncmp(name, "http", 4) == 0 && strstr(name, "://"))
        return why_set(why, ERR_INVALID,
                       "%s: the command line speaks lines; use unix:PATH or tcp://HOST:PORT", name);
    if (strncmp(name, "tcp://", 6) == 0 && listen_parse(name, &(struct listen_address){0}, why))
        return why_set(why, ERR_INVALID,
                       "%s: must be like tcp://127.0.0.1:8471: a key must not cross a network in "
                       "clear",
                       name);
    c->key = variable(c->environment, "MUSTER_KEY");
    c->server = mem_str(strncmp(name, "unix:", 5) == 0 ? name + 5 : name);
    return ERR_OK;
}

static enum err language_choose(struct ctl *c, const char *flag, struct why *why)
{
    c->zh = flag ? strcmp(flag, "zh") == 0 : language_is_zh(c);
    if (flag && !c->zh && strcmp(flag, "en") != 0)
        return why_set(why, ERR_INVALID, "--lang %s: zh and en are spoken here", flag);
    return ERR_OK;
}

/* ---- running ---- */

/* The words before the first option of the command: its name is among them. */
static size_t words_of_command(int argc, char *const *argv, const char *ret[2])
{
    size_t count = 0;
    for (int at = 1; at < argc && count < 2; at++) {
        const char *arg = argv[at];
        if (strcmp(arg, "--server") == 0 || strcmp(arg, "--lang") == 0)
            at++;
        else if (arg[0] != '-')
            ret[count++] = arg;
        else if (strncmp(arg, "--server=", 9) != 0 && strncmp(arg, "--lang=", 7) != 0 &&
                 strcmp(arg, "--json") != 0)
            break;
    }
    return count;
}

static int usage_fail(const struct command *command, const struct why *why)
{
    AUTO_TEXT(sentence);
    show_safe(&sentence, why->text);
    ctl_message("%s", text_str(&sentence));
    if (command)
        fprintf(stderr, "muster: see `muster help %s`\n", command->name);
    return EXIT_USAGE;
}

static int help_run(const struct ctl *c, const struct command *command)
{
    AUTO_TEXT(help);
    command_help(c, command, &help);
    (void)fputs(text_str(&help), stdout);
    return EXIT_OK;
}

static int operands_check(const struct command *command, const struct args *a, size_t words)
{
    struct why why;
    int count = (int)(a->words_count - words);
    if (count < command->operands_least)
        (void)why_set(&why, ERR_INVALID, "%s: something is missing: muster %s %s", command->name,
                      command->name, command->operands);
    else if (count > command->operands_most)
        (void)why_set(&why, ERR_INVALID, "%s: \"%s\" is too much: muster %s %s", command->name,
                      a->words[words + (size_t)command->operands_most], command->name,
                      command->operands);
    else
        return EXIT_OK;
    return usage_fail(command, &why);
}

static int command_run(struct ctl *c, const struct command *command, struct args *a, size_t words)
{
    struct why why;
    enum err e = language_choose(c, args_value(a, "--lang"), &why);
    if (!e)
        e = server_choose(c, args_value(a, "--server"), &why);
    if (e)
        return e == ERR_INVALID ? usage_fail(command, &why) : ctl_fail(e, &why);
    if (args_has(a, "--help") || args_has(a, "-h"))
        return help_run(c, command);
    int code = operands_check(command, a, words);
    if (code)
        return code;
    if (words > 0)
        memmove(a->words, a->words + words, (a->words_count - words) * sizeof(void *));
    a->words_count -= words;
    c->json = args_has(a, "--json");
    return command->run(c, a);
}

/* `muster --version`, `muster --help`, and nothing at all. */
static const struct command *command_default(int argc, char *const *argv)
{
    static const char *const version[] = {"version"}, *const help[] = {"help"};
    size_t words;
    for (int at = 1; at < argc; at++)
        if (strcmp(argv[at], "--version") == 0)
            return command_find(version, 1, &words);
    return command_find(help, 1, &words);
}

int ctl_main(int argc, char *const *argv, char *const *environment, const struct ctl_port *port)
{
    struct ctl c = {.port = port, .environment = environment};
    const char *words[2] = {NULL, NULL};
    size_t count = words_of_command(argc, argv, words), used = 0;
    c.zh = language_is_zh(&c);
    terminal_look(&c);

    const struct command *command = count ? command_find(words, count, &used) : NULL;
    if (!command && count)
        return command_unknown(&c, words, count);
    if (!command)
        command = command_default(argc, argv);

    struct option_spec *made = command->options_make ? command->options_make() : NULL;
    const struct option_spec *tables[] = {global_options, made ? made : command->options, NULL};
    struct args a;
    struct why why;
    enum err e = args_parse(&a, argc, argv, 1, tables, &why);
    int code = e ? usage_fail(command, &why) : command_run(&c, command, &a, used);
    if (argc < 2 && code == EXIT_OK)
        code = EXIT_USAGE; /* there was no command */
    args_done(&a);
    free(made);
    free(c.server);
    if (fflush(stdout) != 0 && code == EXIT_OK)
        code = EXIT_FAILED;
    return code;
}
