/*
 * contact_value - what people write as a number or an address, checked by what a channel says that
 * its contacts are (`contact` of core/channel.h), and brought into the one form that is kept.
 *
 *     phone   "+86 138-0013-8000"  -->  "+8613800138000"   as E.164 has it: + and 7 to 15 digits
 *     email   "li@hunjiang.example"
 *     url     "https://ntfy.example/li"
 *     token   letters without blanks: an id that a service has given
 *     none    anything without line ends
 *
 * A value is nobody's but its owner's: no sentence here repeats it (rule R11).
 *
 * Layer      core: pure.
 */
#pragma once

#include "base/err.h"
#include "base/text.h"

/*
 * kind  "phone", "email", "url", "token"; NULL: the channel does not say.
 * ret   Gets the value as it is kept; untouched on failure.
 */
enum err contact_value_check(const char *kind, const char *value, struct text *ret,
                             struct why *why) MUST_USE;

/* The digits of a number, however it is written: "+86138…", "0086138…", "８６１３８…". Of numbers
 * without a country nothing is added. "": there are none. */
void contact_digits(const char *number, struct text *ret);
/* Do two ways of writing mean one number? One may lack its country: then the last 10 digits, or
 * all, must be the other's. */
bool contact_same_number(const char *a, const char *b);
