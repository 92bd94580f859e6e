/* What a process has in order to judge tokens: keys of each issuer, and a cache. */
#include <merlon/jose.h>

enum mrl_err mrl_tokens_set(struct mrl_tokens *tokens, uint32_t issuer, uint32_t generation,
                            struct mrl_slice text)
{
	struct mrl_keyset *set = NULL;
	enum mrl_err err = mrl_keyset_new(&tokens->jose, text, &set);
	if (err != MRL_OK) {
		return err;
	}
	mrl_keyset_free(tokens->sets[issuer]);
	tokens->sets[issuer] = set;
	tokens->generations[issuer] = generation;
	return MRL_OK;
}

void mrl_tokens_drop(struct mrl_tokens *tokens, uint32_t issuer)
{
	mrl_keyset_free(tokens->sets[issuer]);
	tokens->sets[issuer] = NULL;
	tokens->generations[issuer] = 0;
}

enum mrl_err mrl_tokens_init(struct mrl_tokens *tokens, const struct mrl_issuers *issuers,
                             const uint8_t seed[16], struct mrl_arena *arena)
{
	*tokens = (struct mrl_tokens){.issuers = issuers, .jose.scan = mrl_json_scan_best()};
	memcpy(tokens->jose.seed, seed, sizeof(tokens->jose.seed));
	enum mrl_err err = mrl_token_cache_new(arena, MRL_TOKEN_CACHE_ENTRIES, &tokens->cache);
	for (uint32_t i = 0; i < issuers->count && err == MRL_OK; i++) {
		struct mrl_slice text = issuers->items[i].keys_text;
		err = text.size == 0 ? MRL_OK : mrl_tokens_set(tokens, i, 1, text);
	}
	if (err != MRL_OK) {
		mrl_tokens_release(tokens);
	}
	return err;
}

void mrl_tokens_release(struct mrl_tokens *tokens)
{
	for (uint32_t i = 0; i < MRL_ISSUERS_MAX; i++) {
		mrl_keyset_free(tokens->sets[i]);
		tokens->sets[i] = NULL;
	}
}
