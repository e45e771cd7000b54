/*
 * ballast - a file of nothing beside the database, given up when the disk is full.
 *
 * An emptied write-ahead log needs room in the database first: on a full disk it can never be
 * emptied. Giving up the ballast makes that room, whatever else fills the disk.
 *
 *     absent --ballast_make (room for twice its size)--> there --ballast_drop--> absent
 *
 * Layer      store, inside.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Make it, or make it whole again. False: no room, or the disk refuses; then there is none. */
bool ballast_make(const char *path, int64_t bytes);

/* Give it up. False: there was none. */
bool ballast_drop(const char *path);
