/* `merlon schema`: the policy's JSON Schema, out of the tables that read the policy. */
#include "cli.h"

#include <stdlib.h>

#define SCHEMA_BYTES_MAX ((size_t)16 << 20)

enum mrl_exit mrl_cmd_schema(struct mrl_cli *cli, const struct mrl_arguments *arguments)
{
	enum mrl_err err = MRL_ERR_FULL;
	(void)arguments;
	for (size_t bytes = 65536; err == MRL_ERR_FULL && bytes <= SCHEMA_BYTES_MAX; bytes *= 2) {
		struct mrl_buffer buffer = mrl_buffer(malloc(bytes), bytes);
		err = buffer.data == NULL ? MRL_ERR_MEMORY : mrl_policy_schema(&buffer);
		if (err == MRL_OK) {
			fwrite(buffer.data, 1, buffer.size, stdout);
			fputc('\n', stdout);
		}
		free(buffer.data);
	}
	if (err != MRL_OK) {
		mrl_complain(cli, "the schema cannot be made: %s", mrl_err_name(err));
		return MRL_EXIT_SOFTWARE;
	}
	return MRL_EXIT_OK;
}
