/* Other readers of JSON, to compare with, where those libraries are. */
#ifndef MRL_BENCH_JSON_PEERS_H
#define MRL_BENCH_JSON_PEERS_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
bool bench_simdjson_there(void);
/* False: simdjson refuses the text, or is not there. 64 bytes behind the text may be read. */
bool bench_simdjson_read(const unsigned char *text, size_t size);
#ifdef __cplusplus
}
#endif

#endif
