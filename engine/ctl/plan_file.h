/*
 * plan_file - a plan as people name it: "flood", "plans/flood.lua", or a folder.
 *
 * Layer      ctl.
 */
#pragma once

#include "base/text.h"
#include "ctl/ctl.h"

/* Adds its folder and its name: "flood" lies in `plans`; "x/flood.lua" in "x". */
void plan_file_find(const char *given, const char *plans, struct text *ret_folder,
                    struct text *ret_name);

/* What is done with one path; gives an exit code, and adds what came of it to `all`. */
typedef int plan_path_fn(const struct ctl *c, const struct args *a, const char *path, json_t *all);

/*
 * Every operand in turn, or the folder of plans where there is none. One that is not there is said.
 *
 * returns  The worst exit code.
 */
int plan_paths_each(const struct ctl *c, const struct args *a, plan_path_fn *work, json_t *all);

/* Adds the path of what is to be checked or tested: "plans/smoke.lua" for "smoke", unless there is
 * a file or folder of that name here; anything else as it is given. */
void plan_path_find(const char *given, const char *plans, struct text *to);
