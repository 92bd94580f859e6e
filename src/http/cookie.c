/*
 * Pairs of a Cookie field as servers split them (RFC 6265 5.4 and 4.2.1): quotes are part of the
 * value, and a piece without '=' is a value without a name, as browsers send it.
 */
#include "split.h"

bool mrl_cookie_next(struct mrl_slice *rest, struct mrl_slice *ret_name,
                     struct mrl_slice *ret_value)
{
	struct mrl_slice piece;
	if (!split_next(rest, ';', &piece)) {
		return false;
	}
	size_t equals = mrl_slice_find(piece, '=');
	bool has_name = equals < piece.size;
	*ret_name = mrl_slice_trim(mrl_slice_sub(piece, 0, has_name ? equals : 0));
	*ret_value = mrl_slice_trim(mrl_slice_from(piece, has_name ? equals + 1 : 0));
	return true;
}
