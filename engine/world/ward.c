#include "world/ward.h"

#include "base/crash.h"
#include "base/log.h"
#include "world/cpu_guard.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

void ward_init(struct ward *w, enum child_slot slot)
{
    *w = (struct ward){.slot = slot, .pidfd = -1, .page_fd = -1, .start_at_ms = NEVER};
}

enum err ward_open(struct ward *w, struct why *why)
{
    return page_new(&w->page, &w->page_fd, why);
}

void ward_done(struct ward *w)
{
    page_drop(w->page);
    w->page = NULL;
    if (w->page_fd >= 0)
        close(w->page_fd);
    w->page_fd = -1;
}

enum err ward_spawn(struct ward *w, const struct spawn *how, int64_t gen, int *ret_socket,
                    struct why *why)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return why_set(why, ERR_IO, "socketpair: %s", strerror(errno));
    struct spawn spawn = *how;
    spawn.slot = w->slot;
    spawn.socket = pair[1];
    spawn.page = w->page_fd;

    page_clear(w->page);
    w->killed[0] = '\0';
    w->start_at_ms = NEVER;
    enum err e = spawn_child(&spawn, &w->pid, &w->pidfd, why);
    close(pair[1]);
    if (e) {
        close(pair[0]);
        return e;
    }
    w->gen = gen;
    *ret_socket = pair[0];
    crash_point("supervisor.spawned");
    return ERR_OK;
}

void ward_kill(struct ward *w)
{
    if (w->pid && pidfd_send_signal(w->pidfd, SIGKILL, NULL, 0) != 0 && errno != ESRCH)
        log_error("supervisor", "%s cannot be killed: %s", child_name(w->slot), strerror(errno));
}

void ward_kill_because(struct ward *w, const char *why)
{
    if (!w->pid)
        return;
    size_t len = utf8_cut(why, strlen(why), sizeof(w->killed) - 1);
    memcpy(w->killed, why, len);
    w->killed[len] = '\0';
    ward_kill(w);
}

bool ward_reap(struct ward *w, struct ending *ret)
{
    siginfo_t info = {0};
    if (waitid(P_PIDFD, (id_t)w->pidfd, &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0)
        return false;
    *ret = (struct ending){0};
    if (info.si_code == CLD_EXITED)
        ret->exit = info.si_status;
    else
        ret->signal = info.si_status;
    close(w->pidfd);
    w->pidfd = -1;
    w->pid = 0;
    crash_point("supervisor.reaped");
    return true;
}

void ward_ending_add(const struct ward *w, struct ending end, struct text *to)
{
    if (end.signal)
        text_addf(to, "signal %d (%s)", end.signal, strsignal(end.signal));
    else
        text_addf(to, "exit %d", end.exit);
    if (end.signal == CPU_GUARD_SIGNAL)
        text_add(to, ": a turn used up its processor time");
    if (w->killed[0])
        text_addf(to, ", the engine asked for it: %s", w->killed);
}

json_t *ward_death(const struct ward *w, struct ending end)
{
    struct page_hand hand;
    char id[UUID_TEXT];
    page_read(w->page, &hand);
    json_t *frame = json_put_str(json_object(), "op", "died");
    json_put_int(json_put_str(frame, "slot", child_name(w->slot)), "gen", w->gen);
    json_put_int(json_put_int(frame, "signal", end.signal), "exit", end.exit);
    json_put(frame, "cpu_over", json_boolean(end.signal == CPU_GUARD_SIGNAL));
    if (w->killed[0])
        json_put_str(frame, "killed", w->killed);
    if (hand.kind == PAGE_INCIDENT) {
        json_t *in_hand = json_put_str(json_object(), "incident", uuid_text(hand.incident, id));
        json_put(frame, "in_hand", json_put_int(in_hand, "cause", hand.seq));
    }
    return frame;
}
