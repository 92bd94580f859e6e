/* Raw pairs of a query; decoding is the caller's, after the split. */
#include "split.h"

bool mrl_query_next(struct mrl_slice *rest, struct mrl_slice *ret_name, struct mrl_slice *ret_value)
{
	struct mrl_slice piece;
	if (!split_next(rest, '&', &piece)) {
		return false;
	}
	size_t equals = mrl_slice_find(piece, '=');
	*ret_name = mrl_slice_sub(piece, 0, equals);
	*ret_value = mrl_slice_from(piece, equals + 1);
	return true;
}
