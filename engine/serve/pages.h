/*
 * pages - the routes that are no operation: health, metrics, the description of the API, static
 * files, signing in.
 */
#pragma once

#include "serve/route.h"

route_fn page_livez, page_readyz, page_metrics;
