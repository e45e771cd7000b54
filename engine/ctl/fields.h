/*
 * fields - "k=v" and "STATION.k=v" of the command line as members of a request.
 */
#pragma once

#include "ctl/ctl.h"

/*
 * Every value of an option that may be given often, as strings: --place district=城东.
 *
 * ret  Gives an object; NULL when the option was not given.
 */
enum err fields_strings(const struct args *a, const char *option, json_t **ret,
                        struct why *why) MUST_USE;

/*
 * The same as facts: --field g7.stage_m=4.9 --field breach=true. What reads as a JSON number,
 * string, true, false or object is that; all else is a string.
 */
enum err fields_facts(const struct args *a, const char *option, json_t **ret,
                      struct why *why) MUST_USE;
