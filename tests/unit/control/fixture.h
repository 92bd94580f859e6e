/*
 * A call to try controls on: a real policy over a small OpenAPI document, both from memory, and a
 * view that the test fills in.
 */
#ifndef MRL_TESTS_CONTROL_FIXTURE_H
#define MRL_TESTS_CONTROL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <merlon/engine.h>

#define FIXTURE_FIELDS 64

struct fixture {
	struct mrl_policy *policy;
	struct mrl_arena arena;         /* of the call */
	struct mrl_arena loading;       /* of diagnostics */
	struct mrl_diagnostics diagnostics;
	enum mrl_err loaded;
	struct mrl_call call;
	struct mrl_view view;
	struct mrl_reply reply;
	struct mrl_verdict verdict;     /* of the last run */
	struct mrl_field fields[FIXTURE_FIELDS];
	struct mrl_field reply_fields[FIXTURE_FIELDS];
	const struct mrl_field *sets[MRL_REPLY_SETS_MAX];
	char names[2 * FIXTURE_FIELDS][80]; /* lower-case copies */
};

/*
 * Loads `merlon: 1` with one API "api.example.com" over the fixture's document (see fixture.c for
 * its operations), a TLS listener on 8443 (public 443), a plain one on 8080, and `more` behind it:
 * whole top-level lines of YAML. fixture->loaded tells how it went.
 */
void fixture_load(struct fixture *fixture, const char *more);
/* Loads and fails the test if that does not go well. */
void fixture_init(struct fixture *fixture, const char *more);
void fixture_release(struct fixture *fixture);

/* A new call over TLS 1.3, HTTP/1.1, with Host and SNI api.example.com, without further fields. */
void fixture_call(struct fixture *fixture, const char *method, const char *target);
void fixture_field(struct fixture *fixture, const char *name, const char *value);
/* Routes and runs plan HEAD; the verdict is in fixture->verdict and is returned. */
const struct mrl_verdict *fixture_head(struct fixture *fixture);

/* A reply of the upstream to the call, which must have passed HEAD. */
void fixture_reply(struct fixture *fixture, uint16_t status, const char *type);
void fixture_reply_field(struct fixture *fixture, const char *name, const char *value);
/* Runs plan REPLY (or ANSWER if reply.answer). With `body`, NEED reply-body is met with it. */
const struct mrl_verdict *fixture_run_reply(struct fixture *fixture, const char *body);

/* The last run denied by that control with that problem; fails with both names else. */
void assert_denied(const struct fixture *fixture, enum mrl_control_id control,
                   enum mrl_problem_id problem);
void assert_passed(const struct fixture *fixture);
/* The request field of that lower-case name is dropped or not; it must be there. */
void assert_dropped(const struct fixture *fixture, const char *name, bool dropped);
void assert_reply_dropped(const struct fixture *fixture, const char *name, bool dropped);
/* What is set for the upstream, for the reply, for the answer; NULL: nothing of that name. */
void assert_set(const struct fixture *fixture, const char *name, const char *value);
void assert_reply_set(const struct fixture *fixture, const char *name, const char *value);
void assert_answer(const struct fixture *fixture, const char *name, const char *value);
/* A fact that the call says: its number, or -1. */
int64_t fact_number(const struct fixture *fixture, const char *name);
/* A diagnostic with that code was given. */
bool diagnosed(const struct fixture *fixture, const char *code);

#endif
