/* The policy that stands for `merlon up --upstream URL --openapi FILE`: what a newcomer would have
 * written, so that there is one way to run and one file to grow from. */
#include "text.h"
#include "up.h"

/* As a JSON string, which is YAML as well. */
static char *quoted(struct mrl_arena *arena, const char *text)
{
	size_t bytes = strlen(text) * 6 + 3;
	struct mrl_buffer buffer = mrl_buffer(mrl_must(mrl_arena_alloc(arena, bytes, 1)), bytes);
	mrl_json_put_string(&buffer, mrl_slice_text(text));
	mrl_buffer_byte(&buffer, '\0');
	return (char *)buffer.data;
}

/* People paste "http://127.0.0.1:3000/"; the last slash says nothing. */
static char *without_slash(struct mrl_arena *arena, const char *url)
{
	size_t size = strlen(url);
	bool http = strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0;
	return mrl_text_of(
		arena, mrl_slice(url, http && size != 0 && url[size - 1] == '/' ? size - 1 : size));
}

static char *hosts(struct mrl_arena *arena, const struct mrl_up_options *options)
{
	static const char *const always[] = {"localhost", "127.0.0.1", "[::1]"};
	char *text = mrl_text(arena, "\"localhost\", \"127.0.0.1\", \"[::1]\"");
	for (uint32_t i = 0; i < options->name_count; i++) {
		bool known = false;
		for (size_t j = 0; j < MRL_COUNT(always); j++) {
			known = known || strcmp(options->names[i], always[j]) == 0;
		}
		if (!known) {
			text = mrl_text(arena, "%s, %s", text, quoted(arena, options->names[i]));
		}
	}
	return text;
}

char *mrl_up_policy_text(struct mrl_arena *arena, const struct mrl_up_options *options)
{
	char *plain = options->plain == NULL ? mrl_text(arena, "%s", "")
	                                     : mrl_text(arena, "  - {address: %s, plain: on}\n",
	                                                quoted(arena, options->plain));
	return mrl_text(arena,
	                "# Made by merlon up. Copy it as the start of a policy of your own.\n"
	                "merlon: 1\n"
	                "listeners:\n"
	                "  - {address: %s}\n"
	                "%s"
	                "apis:\n"
	                "  - name: api\n"
	                "    hosts: [%s]\n"
	                "    openapi: %s\n"
	                "    upstream: {url: %s}\n",
	                quoted(arena, options->listen), plain, hosts(arena, options),
	                quoted(arena, options->openapi),
	                quoted(arena, without_slash(arena, options->upstream)));
}
