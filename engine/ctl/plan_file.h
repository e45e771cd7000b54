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
