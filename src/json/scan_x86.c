/* The widest scanner that this processor has; SSE2 is part of x86-64. */
#include "json/read.h"

const struct mrl_json_scan *mrl_json_scan_best(void)
{
	return __builtin_cpu_supports("avx2") ? &mrl_json_scan_avx2 : &mrl_json_scan_sse2;
}
