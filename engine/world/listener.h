/*
 * listener - the sockets that the supervisor listens on, so that clients queue up while the engine
 * is started anew.
 *
 * Layer      adapter: base.
 * Ownership  The caller closes the descriptor; listener_remove takes the path away before the lock
 *            of the data folder is given up.
 */
#pragma once

#include "base/listen.h"

/*
 * The Unix socket, mode 0660. A socket that nobody answers at is taken to be left over from a crash
 * and is replaced: call it with the lock of the data folder in hand.
 *
 * returns  ERR_CONFLICT: somebody answers there, or the path is no socket; ERR_CONFIG, ERR_IO
 */
enum err listener_unix(const char *path, int *ret_fd, struct why *why) MUST_USE;
void listener_remove(const char *path);

/* An address. ret_text: as it is by now, with the port that the kernel chose. ERR_CONFLICT: taken.
 */
enum err listener_tcp(const struct listen_address *a, int *ret_fd, char ret_text[LISTEN_TEXT],
                      struct why *why) MUST_USE;
