/* Stage 1 for any machine: Wu-Manber over byte pairs, windows of three bytes. */
#include "http/leak.h"

size_t mrl_leak_find_scalar(const struct mrl_leak_scanner *scanner, struct mrl_slice text,
                            size_t from, size_t to)
{
	if (text.size < MRL_LEAK_KEY_SIZE) {
		return to;
	}
	size_t end = text.size - MRL_LEAK_KEY_SIZE + 1;
	end = to < end ? to : end;
	for (size_t at = from; at < end;) {
		size_t shift = scanner->shifts[mrl_leak_pair(text.data + at + 1)];
		if (shift == 0 &&
		    scanner->heads[mrl_leak_head(mrl_leak_key(text.data + at))] != 0) {
			return at;
		}
		at += shift == 0 ? 1 : shift;
	}
	return to;
}
