/* Status names, and what happens when an invariant breaks. */
#include <merlon/base.h>

#include <stdio.h>
#include <stdlib.h>

const char *mrl_err_name(enum mrl_err err)
{
	static const char *const names[] = {
		[MRL_OK] = "ok",
		[MRL_ERR_MEMORY] = "memory",
		[MRL_ERR_LIMIT] = "limit",
		[MRL_ERR_INVALID] = "invalid",
		[MRL_ERR_IO] = "io",
		[MRL_ERR_NOT_FOUND] = "not-found",
		[MRL_ERR_TIMEOUT] = "timeout",
		[MRL_ERR_STATE] = "state",
		[MRL_ERR_UNSUPPORTED] = "unsupported",
		[MRL_ERR_CRYPTO] = "crypto",
		[MRL_ERR_FULL] = "full",
		[MRL_ERR_BUG] = "bug",
		[MRL_ERR_BUSY] = "busy",
	};
	if ((size_t)err >= MRL_COUNT(names) || names[err] == NULL) {
		return "unknown";
	}
	return names[err];
}

#ifdef MRL_INVARIANTS_ABORT
bool mrl_invariant_broke(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s:%d: invariant broke: %s\n", file, line, what);
	abort();
}
#else
bool mrl_invariant_broke(const char *what, const char *file, int line)
{
	(void)what;
	(void)file;
	(void)line;
	return false;
}
#endif
