/*
 * show_family - to which other incidents one belongs, and who does what in it, as text.
 */
#pragma once

#include "ctl/ctl.h"

/* Lines of parent, children, roles, merges and splits; nothing where it stands alone. */
void show_family(const struct ctl *c, const json_t *incident, struct text *to);
