/* The scanner of processors that have no file of their own. */
#include "json/read.h"

const struct mrl_json_scan *mrl_json_scan_best(void)
{
	return &mrl_json_scan_scalar;
}
