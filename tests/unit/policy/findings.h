/* One finding per row: where it stands and what it says. */
#ifndef MRL_UNIT_POLICY_FINDINGS_H
#define MRL_UNIT_POLICY_FINDINGS_H

#include "fixture.h"

struct finding_row {
	const char *text; /* of the policy */
	const char *code;
	uint32_t line, column;
	const char *pointer;
	const char *message; /* a part of it */
	const char *hint;    /* a part of it; "" for none needed */
};

/* The policy is refused, and this is the only finding. */
void check_finding(const struct finding_row *row);
/* The policy is loaded, and this is the only finding. */
void check_warning(const struct finding_row *row);

#endif
