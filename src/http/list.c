/* Comma lists (RFC 9110 5.6.1). */
#include "split.h"

bool mrl_list_next(struct mrl_slice *rest, struct mrl_slice *ret_element)
{
	struct mrl_slice piece;
	if (!split_next(rest, ',', &piece)) {
		return false;
	}
	*ret_element = mrl_slice_trim(piece);
	return true;
}
