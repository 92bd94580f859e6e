/* Without yyjson, which Debian 12 does not have. */
#include "schema_yyjson.h"

bool bench_yyjson_there(void)
{
	return false;
}

bool bench_yyjson_read(struct mrl_slice text)
{
	(void)text;
	return false;
}
