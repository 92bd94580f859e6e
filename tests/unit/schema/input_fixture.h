/* An API, one request to it, and what becomes of it: for tests of inputs. */
#ifndef MRL_UNIT_SCHEMA_INPUT_FIXTURE_H
#define MRL_UNIT_SCHEMA_INPUT_FIXTURE_H

#include "fixture.h"

#include <merlon/input.h>

#define WORLD_FIELDS 8

struct world {
	struct fixture fixture; /* the documents */
	struct mrl_input_options options;
	struct mrl_input_settings settings; /* of all operations */
	const struct mrl_inputs *inputs;
	struct mrl_arena arena; /* of the request */
	struct mrl_field fields[WORLD_FIELDS];
	struct mrl_view view;
	struct mrl_target target;
	struct mrl_input_call call;
	struct mrl_input_fault fault;
};

void world_init(struct world *world);
void world_release(struct world *world);
int world_setup(void **state);
int world_teardown(void **state);

/* The document "d/api.yaml" and its inputs. */
enum mrl_err world_load(struct world *world, const char *text);
/* A document as of fixture_text; the test fails if it is refused. */
void world_good(struct world *world, const char *version, const char *rest);

/* A new request to the operation of that name ("GET /x"); no fields, no body. */
void world_request(struct world *world, const char *operation, struct mrl_slice target);
void world_field(struct world *world, const char *name, struct mrl_slice value);
/* Each calls the function of its name and keeps the fault; false: refused. */
bool world_head(struct world *world);
bool world_media(struct world *world, const char *content_type);
bool world_body(struct world *world, struct mrl_slice body);

/* "parameter query limit type": kind, place, name, keyword; "none". */
const char *world_fault(struct world *world);
/* The fault as an entry of `errors`. */
const char *world_error(struct world *world);
/* The document as JSON text. */
const char *world_text(struct world *world, const struct mrl_json_doc *doc);

#endif
