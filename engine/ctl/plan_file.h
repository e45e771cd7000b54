/*
 * plan_file - a plan as people name it: "flood", "plans/flood.lua", or a folder.
 *
 * Layer      ctl.
 */
#pragma once

#include "base/text.h"

/* Adds its folder and its name: "flood" lies in `plans`; "x/flood.lua" in "x". */
void plan_file_find(const char *given, const char *plans, struct text *ret_folder,
                    struct text *ret_name);

/* Adds the path of what is to be checked or tested: "plans/smoke.lua" for "smoke", unless there is
 * a file or folder of that name here; anything else as it is given. */
void plan_path_find(const char *given, const char *plans, struct text *to);
