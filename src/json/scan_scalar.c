/* The reader's loop for any machine: strings byte by byte. */
#include "json/read.h"

MRL_JSON_ALWAYS const uint8_t *find_special(const uint8_t *at, const uint8_t *start,
                                            const uint8_t *end)
{
	(void)start;
	while (at < end && *at >= 0x20 && *at < 0x80 && *at != '"' && *at != '\\') {
		at++;
	}
	return at;
}

MRL_JSON_ALWAYS uint32_t match_names(const uint32_t *keys, uint32_t key)
{
	uint32_t hits = 0;
	for (uint32_t i = 0; i < MRL_JSON_NAMES_GROUP; i++) {
		hits |= (uint32_t)(keys[i] == key) << i;
	}
	return hits;
}

#include "json/read_loop.h"

const struct mrl_json_scan mrl_json_scan_scalar = {.name = "scalar", .run = run};
