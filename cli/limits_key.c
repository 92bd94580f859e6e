/* Whom the words of a command mean: the same identity that the gateway would count. */
#include "limits.h"
#include "text.h"

static const struct mrl_operation *find_operation(const struct mrl_limits_view *view,
                                                  const char *name)
{
	for (uint32_t i = 0; i < view->policy->api_count; i++) {
		const struct mrl_api_document *document = view->policy->apis[i].document;
		for (uint32_t j = 0; j < document->operation_count; j++) {
			const struct mrl_operation *operation = &document->operations[j];
			if (mrl_slice_is(operation->name, name) ||
			    mrl_slice_is(operation->id, name)) {
				return operation;
			}
		}
	}
	mrl_complain(view->cli, "the policy has no operation \"%s\"; `merlon limits` lists them",
	             name);
	return NULL;
}

/* As the control `login` takes names. */
static struct mrl_slice small_letters(struct mrl_arena *arena, const char *name)
{
	char *text = mrl_text(arena, "%s", name);
	for (char *at = text; *at != '\0'; at++) {
		*at = (char)mrl_lower((uint8_t)*at);
	}
	return mrl_slice_text(text);
}

/* One part of the key into the call; false: the word is none. */
static bool put(const struct mrl_limits_view *view, enum mrl_limit_part part, const char *word,
                struct mrl_call *call)
{
	switch (part) {
	case MRL_LIMIT_IP:
	case MRL_LIMIT_IP48:
		if (!mrl_ip_parse(mrl_slice_text(word), &call->client_ip) ||
		    (part == MRL_LIMIT_IP48 && call->client_ip.size != 16)) {
			mrl_complain(view->cli, "\"%s\" is no %s address", word,
			             part == MRL_LIMIT_IP ? "IP" : "IPv6");
			return false;
		}
		return true;
	case MRL_LIMIT_OPERATION:
		call->route.operation = find_operation(view, word);
		return call->route.operation != NULL;
	case MRL_LIMIT_USERNAME:
		call->login = mrl_must(MRL_NEW(view->cli->arena, struct mrl_call_login));
		call->login->name = small_letters(view->cli->arena, word);
		return true;
	case MRL_LIMIT_GLOBAL:
	case MRL_LIMIT_USER:
	case MRL_LIMIT_CLIENT: break;
	}
	mrl_complain(view->cli, "a %s cannot be named here; take its key from `merlon limits top`",
	             mrl_limit_part_names[part]);
	return false;
}

static bool from_words(const struct mrl_limits_view *view, const struct mrl_arguments *arguments,
                       const struct mrl_limit_spec *spec, struct mrl_limit_hash *ret_identity)
{
	struct mrl_call *call = mrl_must(MRL_NEW(view->cli->arena, struct mrl_call));
	enum mrl_err err;
	uint32_t word = 2;
	call->policy = view->policy;
	call->arena = view->cli->arena;
	call->limits = &view->store;
	for (uint8_t i = 0; i < spec->part_count; i++) {
		enum mrl_limit_part part = (enum mrl_limit_part)spec->parts[i];
		if (part == MRL_LIMIT_GLOBAL) {
			continue;
		}
		if (word == arguments->word_count) {
			mrl_complain(view->cli, "whose? \"%.*s\" counts each %s apart",
			             MRL_PRINT(spec->name),
			             mrl_limits_parts(view->cli->arena, spec));
			return false;
		}
		if (!put(view, part, arguments->words[word++], call)) {
			return false;
		}
	}
	if (word != arguments->word_count) {
		mrl_complain(view->cli, "\"%s\" is one word too many: \"%.*s\" counts each %s",
		             arguments->words[word], MRL_PRINT(spec->name),
		             mrl_limits_parts(view->cli->arena, spec));
		return false;
	}
	return mrl_limit_identity(call, spec, ret_identity, &err);
}

bool mrl_limits_key(const struct mrl_limits_view *view, const struct mrl_arguments *arguments,
                    const struct mrl_limits_row *row, struct mrl_limit_hash *ret_identity)
{
	const char *name = mrl_given_value(arguments, "key", NULL);
	if (name == NULL) {
		return from_words(view, arguments, row->spec, ret_identity);
	}
	struct mrl_limit_hash identity = {.high = 0};
	if (arguments->word_count > 2 ||
	    !mrl_limit_key_name_read(mrl_slice_text(name), &identity.low)) {
		mrl_complain(view->cli,
		             "--key takes one name of `merlon limits top`, such as fV7bIFCCu3I, "
		             "and stands alone");
		return false;
	}
	*ret_identity = identity;
	return true;
}
