/* The configuration of cors: compiled in cors_compile.c, used in cors.c. */
#ifndef MRL_CONTROL_CORS_H
#define MRL_CONTROL_CORS_H

#include "control.h"

struct mrl_cors {
	struct mrl_settings origins;
	struct mrl_settings expose;
	struct mrl_settings allow_headers;
	int64_t max_age;
	bool credentials;
	/* Constants of the operation, made at load: nothing is echoed. */
	struct mrl_slice allow_list; /* Access-Control-Allow-Headers */
	struct mrl_slice max_age_text;
	struct mrl_field expose_field;
};

MRL_CHECKED enum mrl_err mrl_cors_compile(struct mrl_compile *compile, void *config);

#endif
