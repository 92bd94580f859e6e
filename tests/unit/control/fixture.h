/*
 * A call to try controls on: a real policy over a small OpenAPI document, both from memory, and a
 * view that the test fills in.
 */
#ifndef MRL_TESTS_CONTROL_FIXTURE_H
#define MRL_TESTS_CONTROL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <merlon/engine.h>

#define FIXTURE_FIELDS 220

struct fixture {
	struct mrl_policy *policy;
	struct mrl_arena arena;   /* of the calls */
	struct mrl_arena loading; /* of diagnostics */
	struct mrl_diagnostics diagnostics;
	const char
		*listeners; /* for the next load; NULL: TLS on 8443 (public 443), plain on 8080 */
	struct mrl_call call;
	struct mrl_view view;
	struct mrl_reply reply;
	struct mrl_verdict verdict; /* of the last run */
	struct mrl_field fields[FIXTURE_FIELDS];
	struct mrl_field reply_fields[FIXTURE_FIELDS];
	const struct mrl_field *sets[MRL_REPLY_SETS_MAX];
	char names[2 * FIXTURE_FIELDS][80]; /* lower-case copies */
	struct mrl_limit_store limits;      /* zones of a few keys */
	void *zones[MRL_LIMIT_ZONES];
	uint64_t now_ms; /* what limits count by */
};

/* A test whose state is a fixture with the policy of fixture_with(f, "", ""). */
#define with_fixture(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
int fixture_setup(void **state);
int fixture_teardown(void **state);

/*
 * Loads another policy: one API with the hosts api.example.com and other.example.com over the
 * fixture's document (see fixture.c for its operations). `api` stands in the API's flow mapping
 * (", controls: {...}"), `more` behind all: whole top-level lines. NULL in both: nothing.
 */
enum mrl_err fixture_load(struct fixture *fixture, const char *api, const char *more);
/* The same; the test fails if it does not load. */
void fixture_with(struct fixture *fixture, const char *api, const char *more);

/* A new call over TLS 1.3, HTTP/1.1, with Host and SNI api.example.com, without further fields. */
void fixture_call(struct fixture *fixture, const char *method, const char *target);
void fixture_field(struct fixture *fixture, const char *name, const char *value);
void fixture_field_slice(struct fixture *fixture, const char *name, struct mrl_slice value);
/* Routes and runs plan HEAD; the verdict is in fixture->verdict and is returned. */
const struct mrl_verdict *fixture_head(struct fixture *fixture);
/* A call without further fields; it must pass. */
void fixture_passed(struct fixture *fixture, const char *method, const char *target);

/* A call with that JSON body, which must pass HEAD; then plan BODY. */
const struct mrl_verdict *fixture_body(struct fixture *fixture, const char *method,
                                       const char *target, const char *body);
/* What stands in `errors` of the answer; "" for none. */
void assert_error(const struct fixture *fixture, const char *error);

/* A reply of the upstream to the call, which must have passed HEAD. */
void fixture_reply(struct fixture *fixture, uint16_t status, const char *type);
void fixture_reply_field(struct fixture *fixture, const char *name, const char *value);
/* Makes the reply one of ours or nginx's. */
void fixture_answer(struct fixture *fixture, uint16_t status);
/* Runs plan REPLY (or ANSWER if reply.answer). With `body`, NEED reply-body is met with it, or with
 * as much of it as was asked for. */
const struct mrl_verdict *fixture_run_reply(struct fixture *fixture, const char *body);

/* The last run denied by that control with that problem; fails with both names else. */
void assert_denied(const struct fixture *fixture, enum mrl_control_id control,
                   enum mrl_problem_id problem);
/* The same for refusals whose status is the upstream's. */
void assert_refused(const struct fixture *fixture, enum mrl_control_id control,
                    enum mrl_problem_id problem, uint16_t status);
void assert_passed(const struct fixture *fixture);
/* Whether the last run was denied, and by that control. */
bool denied_by(const struct fixture *fixture, enum mrl_control_id control);
/* The request field of that lower-case name is dropped or not; it must be there. */
void assert_dropped(const struct fixture *fixture, const char *name, bool dropped);
void assert_reply_dropped(const struct fixture *fixture, const char *name, bool dropped);
/* What is set for the upstream, for the reply, for the answer; NULL: nothing of that name. */
void assert_set(const struct fixture *fixture, const char *name, const char *value);
void assert_reply_set(const struct fixture *fixture, const char *name, const char *value);
void assert_answer(const struct fixture *fixture, const char *name, const char *value);
/* A fact that the call says: its number, or -1. */
int64_t fact_number(const struct fixture *fixture, const char *name);
/* Whether the call says that word. */
bool has_word(const struct fixture *fixture, const char *name, const char *word);
/* A diagnostic with that code was given; `part` stands in its message or hint. */
bool diagnosed(const struct fixture *fixture, const char *code, const char *part);

#endif
