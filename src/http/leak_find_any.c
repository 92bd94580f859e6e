/* Machines without a vector twin. */
#include "http/leak.h"

mrl_leak_find *mrl_leak_find_choose(void)
{
	return mrl_leak_find_scalar;
}
