/*
 * check_place - the {places} of texts, and the languages that they speak.
 *
 * T fills {name} from its values, then from the incident; the title of a measure is filled from
 * what measure() is given. A place that nothing fills shows itself, to whoever is woken at night.
 *
 * Layer      plan: base, core/site.
 * Errors     Findings.
 */
#pragma once

#include "plan/check_body.h"

/* T(text, values?): every place of a text that is written down can be filled. */
void check_places(const struct body_check *c, const struct node *call);

/* A text that goes out as it stands, without T. */
void check_plain(const struct body_check *c, const struct node *value);

/* What measure(NAME, options) gives fills the title of the measure. options: NULL: there are none.
 */
void check_title(const struct body_check *c, const struct node *call, const struct node *options,
                 const json_t *measure);

/* The first place of a text, in any of its languages, into `ret`; false: it has none. */
bool check_has_place(const json_t *words, struct text *ret);

/* {zh = "…"} where the site speaks English, too. `n` may be any table. */
void check_languages(const struct body_check *c, const struct node *n);
