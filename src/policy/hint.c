/* Hints: how to mend what a finding says. */
#include "keys.h"

static struct mrl_buffer begin(struct mrl_hint *hint)
{
	return mrl_buffer(hint->text, sizeof(hint->text) - 1);
}

static const char *end(struct mrl_hint *hint, const struct mrl_buffer *buffer)
{
	hint->text[buffer->size] = '\0';
	return hint->text;
}

const char *mrl_hint_around(struct mrl_hint *hint, const char *before, struct mrl_slice middle,
                            const char *after)
{
	struct mrl_buffer buffer = begin(hint);
	mrl_buffer_put(&buffer, mrl_slice_text(before));
	mrl_buffer_put(&buffer, middle);
	mrl_buffer_put(&buffer, mrl_slice_text(after));
	return end(hint, &buffer);
}

const char *mrl_hint_nearest(struct mrl_hint *hint, struct mrl_slice name, const char *const *names,
                             size_t count)
{
	const char *nearest = mrl_nearest(name, names, count);
	if (nearest != NULL) {
		return mrl_hint_around(hint, "did you mean \"", mrl_slice_text(nearest), "\"?");
	}
	struct mrl_buffer buffer = begin(hint);
	MRL_PUT(&buffer, "one of: ");
	for (size_t i = 0; i < count; i++) {
		mrl_buffer_put(&buffer, i == 0 ? MRL_SLICE("") : MRL_SLICE(", "));
		mrl_buffer_put(&buffer, mrl_slice_text(names[i]));
	}
	return count == 0 ? NULL : end(hint, &buffer);
}

const char *mrl_hint_place(struct mrl_hint *hint, const struct mrl_node *node)
{
	struct mrl_buffer buffer = begin(hint);
	uint32_t line;
	uint32_t column;
	mrl_document_position(node->document, node->offset, &line, &column);
	MRL_PUT(&buffer, "the other is at ");
	mrl_buffer_put(&buffer, node->document->file);
	mrl_buffer_byte(&buffer, ':');
	mrl_buffer_u64(&buffer, line);
	mrl_buffer_byte(&buffer, ':');
	mrl_buffer_u64(&buffer, column);
	return end(hint, &buffer);
}
