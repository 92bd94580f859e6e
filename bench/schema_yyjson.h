/* yyjson's reading, to compare with, where that library is. */
#ifndef MRL_BENCH_SCHEMA_YYJSON_H
#define MRL_BENCH_SCHEMA_YYJSON_H

#include <merlon/base.h>

bool bench_yyjson_there(void);
/* False: yyjson refuses the text, or is not there. */
bool bench_yyjson_read(struct mrl_slice text);

#endif
