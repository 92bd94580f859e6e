/* Finds a running instance. Its lock says whether it lives; its state file says the rest. */
#include "instance.h"
#include "text.h"

#include <merlon/host.h>

#define STATE_BYTES_MAX (4U << 20)

void mrl_instance_refresh(struct mrl_cli *cli, struct mrl_instance *instance)
{
	struct mrl_diagnostics diagnostics = {.arena = cli->arena};
	const struct mrl_document *document;
	struct mrl_slice text;
	struct mrl_slice path = mrl_slice_text(
		mrl_text(cli->arena, "%s/merlon.status", instance->places.run));
	instance->pid = mrl_places_holder(cli, &instance->places);
	instance->state = NULL;
	if (instance->pid != 0 &&
	    mrl_file_read(path, STATE_BYTES_MAX, cli->arena, &text) == MRL_OK &&
	    mrl_document_read(&MRL_DOCUMENT_LIMITS, path, text, cli->arena, &diagnostics,
	                      &document) == MRL_OK) {
		instance->state = mrl_document_root(document);
	}
}

bool mrl_instance_find(struct mrl_cli *cli, const struct mrl_arguments *arguments,
                       struct mrl_instance *ret_instance)
{
	struct mrl_instance instance = {.name = mrl_given_value(arguments, "instance", "default")};
	if (!mrl_places_find(cli, instance.name, &instance.places)) {
		return false;
	}
	mrl_instance_refresh(cli, &instance);
	*ret_instance = instance;
	return true;
}

uint64_t mrl_instance_number(const struct mrl_instance *instance, const char *pointer)
{
	uint64_t number = 0;
	return mrl_parse_u64(mrl_instance_text(instance, pointer), &number) ? number : 0;
}

struct mrl_slice mrl_instance_text(const struct mrl_instance *instance, const char *pointer)
{
	const struct mrl_node *node = instance->state == NULL
	                                      ? NULL
	                                      : mrl_node_pointer(instance->state,
	                                                         mrl_slice_text(pointer));
	return node == NULL ? MRL_SLICE_NONE : node->text;
}
