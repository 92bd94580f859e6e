/* keeper.json of a generation: which issuers' keys merlon-keeper brings, and from where. */
#include "json_out.h"
#include "text.h"
#include "up.h"

#include <stdlib.h>

static void put_issuer(struct mrl_out *json, struct mrl_arena *arena,
                       const struct mrl_issuer *issuer)
{
	const char *ca = issuer->ca.size == 0
	                         ? ""
	                         : mrl_path_absolute(arena, mrl_text_of(arena, issuer->ca));
	mrl_out_open(json, NULL, '{');
	mrl_out_slice(json, "name", issuer->name);
	mrl_out_slice(json, "url", issuer->url);
	mrl_out_slice(json, "keys", issuer->keys);
	mrl_out_text(json, "ca", ca);
	mrl_out_close(json);
}

/* Those whose keys do not stand in a file of the policy. */
static void put_all(FILE *out, struct mrl_arena *arena, const struct mrl_issuers *issuers)
{
	struct mrl_out json = mrl_out_begin(out);
	mrl_out_open(&json, NULL, '{');
	mrl_out_open(&json, "issuers", '[');
	for (uint32_t i = 0; i < issuers->count; i++) {
		if (issuers->items[i].keys_text.size == 0) {
			put_issuer(&json, arena, &issuers->items[i]);
		}
	}
	mrl_out_close(&json);
	mrl_out_close(&json);
}

enum mrl_err mrl_up_keeper_config(struct mrl_generation *generation)
{
	char *memory = NULL;
	size_t size = 0;
	const char *path = mrl_text(&generation->arena, "%s/keeper.json", generation->folder);
	FILE *out = open_memstream(&memory, &size);
	if (out == NULL) {
		return MRL_ERR_MEMORY;
	}
	put_all(out, &generation->arena, &generation->loading.policy->issuers);
	enum mrl_err err = fclose(out) == 0 ? mrl_file_write(path, mrl_slice(memory, size), 0600)
	                                    : MRL_ERR_MEMORY;
	free(memory);
	return err;
}
