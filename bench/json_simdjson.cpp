// simdjson's document reader. A file of its own language, since that library has no other.
#include "json_peers.h"

#include <simdjson.h>

bool bench_simdjson_there(void)
{
	return true;
}

bool bench_simdjson_read(const unsigned char *text, size_t size)
{
	static simdjson::dom::parser parser;
	simdjson::dom::element document;
	return parser.parse(text, size, false).get(document) == simdjson::SUCCESS;
}
