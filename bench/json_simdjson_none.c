/* Without simdjson. */
#include "json_peers.h"

bool bench_simdjson_there(void)
{
	return false;
}

bool bench_simdjson_read(const unsigned char *text, size_t size)
{
	(void)text;
	(void)size;
	return false;
}
