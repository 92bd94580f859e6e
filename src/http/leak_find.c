/* Stage 1 for any machine: Wu-Manber over byte pairs, windows of three bytes. */
#include "http/leak.h"

void mrl_leak_find_scalar(const struct mrl_leak_pass *pass, const struct mrl_leak_text *text,
                          size_t from)
{
	const struct mrl_leak_scanner *scanner = pass->scanner;
	struct mrl_slice slice = text->slice;

	for (size_t at = from; at + MRL_LEAK_KEY_SIZE <= slice.size;) {
		size_t shift = scanner->shifts[mrl_leak_pair(slice.data + at + 1)];
		if (shift == 0 && mrl_leak_known(scanner, mrl_leak_key_at(slice, at))) {
			mrl_leak_place(pass, text, from, at);
		}
		at += shift == 0 ? 1 : shift;
	}
}
