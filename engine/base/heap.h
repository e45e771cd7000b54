/*
 * heap - memory that was freed goes back to the machine.
 *
 * The allocator (jemalloc) keeps what was freed for a second, in case it is wanted again, and looks
 * at it when memory is asked for: a process that rests would keep it. Built with another allocator,
 * as under a sanitizer, these do nothing.
 *
 * Layer      base: libc.
 */
#pragma once

/* Look now. For a process that rests between bursts: once a second. */
void heap_give_back(void);

/* From here on nothing that is freed is kept. For a process whose bursts are rare. */
void heap_keep_nothing(void);
