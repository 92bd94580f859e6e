/* OpenAPI documents and routers from literals; files are rows of a table. */
#ifndef MRL_UNIT_SCHEMA_FIXTURE_H
#define MRL_UNIT_SCHEMA_FIXTURE_H

#include "../check.h"

#include <merlon/openapi.h>

#define FIXTURE_FILES 8

struct fixture_file {
	const char *path;
	const char *text;
};

struct fixture {
	struct mrl_arena arena;
	struct mrl_diagnostics diagnostics;
	struct mrl_openapi_options options;
	struct fixture_file files[FIXTURE_FILES];
	uint32_t reads;
	struct mrl_api_document *api;
};

/* An empty fixture whose files are its rows. */
void fixture_init(struct fixture *fixture);
void fixture_release(struct fixture *fixture);
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Loads "d/api.yaml", which is the first file. */
enum mrl_err fixture_load(struct fixture *fixture, const char *text);
/* A document of that version whose "openapi" and "info" are two lines before `rest`. */
const char *fixture_text(struct fixture *fixture, const char *version, const char *rest);
struct mrl_api_document *fixture_good(struct fixture *fixture, const char *version,
                                      const char *rest);
/* The first finding of that code, or NULL. */
const struct mrl_diagnostic *fixture_finding(const struct fixture *fixture, const char *code);

/* A document after "openapi" and "info" (two lines) and the finding that it must have. */
struct fixture_row {
	const char *version;
	const char *rest;
	const char *code;
	const char *pointer;
	const char *message; /* a part of it; NULL: any */
};

void fixture_check_finding(struct fixture *fixture, const struct fixture_row *row);
/* The document is refused, accepted, with that finding. */
void fixture_check_error(struct fixture *fixture, const struct fixture_row *row);
void fixture_check_warning(struct fixture *fixture, const struct fixture_row *row);

/* Never NULL: the test fails instead. */
const struct mrl_operation *fixture_operation(const struct fixture *fixture, const char *name);
const struct mrl_path *fixture_path(const struct fixture *fixture, const char *template_path);
/* `expected` ends with NULL. */
bool fixture_names(const struct mrl_names *names, const char *const *expected);

#define check_names(names, ...) \
	assert_true(fixture_names(&(names), (const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL}))

#endif
