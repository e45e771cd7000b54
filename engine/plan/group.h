/*
 * group - the branches of parallel, settle, race and timeout, and what becomes of their results.
 *
 *     parallel  waits for all; then the error of the branch that failed first is raised, if any.
 *               Others are not cancelled by an error, unless fail_fast
 *     settle    waits for all; each has an outcome of its own, errors too
 *     race      the first to return wins, the others are cancelled before the caller goes on; an
 *               error counts only when all have failed
 *     timeout   one branch against a timer; its error is raised
 *
 * Errors that are not raised are logged.
 *
 * Layer      plan: a part of a run. Kernel work.
 */
#pragma once

#include "plan/run.h"

/*
 * A branch of the waiting task `parent` is over.
 *
 * values   How many results lie on the branch's stack; with an error, 1: the error.
 */
void group_branch_over(struct run *r, struct task *parent, struct task *branch, bool ok, int values,
                       const struct sandbox_fault *fault);

/* The time of a timeout is over. */
void group_timeout(struct run *r, struct task *parent);
