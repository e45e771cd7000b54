/*
 * findings - what a check found, for people: file:line:col: code: sentence.
 */
#pragma once

#include "ctl/ctl.h"

/*
 * Print findings to stdout.
 *
 * folder   Put in front of the files' names.
 * returns  How many of them are errors.
 */
int findings_show(const struct ctl *c, const json_t *findings, const char *folder);
