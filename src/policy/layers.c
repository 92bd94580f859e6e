/* `controls`, at the top, in an API or in an operation: checked once where it stands. */
#include "keys.h"

static const char *const modes[] = {
	[MRL_MODE_ENFORCE] = "enforce", [MRL_MODE_SHADOW] = "shadow", NULL};

const struct mrl_key mrl_mode_keys[] = {
	{.name = "mode",
         .kind = MRL_KEY_ENUM,
         .fallback = "enforce",
         .choices = modes,
         .meaning = "shadow: what it would refuse is recorded, and passes"},
	{0},
};

static const struct mrl_control *find_control(struct mrl_slice name)
{
	for (int i = 0; i < MRL_CONTROL_COUNT; i++) {
		if (mrl_slice_is(name, mrl_controls[i]->name)) {
			return mrl_controls[i];
		}
	}
	return NULL;
}

static void refuse_unknown(struct mrl_loader *loader, const struct mrl_node *name)
{
	const char *names[MRL_CONTROL_COUNT];
	struct mrl_hint hint;
	for (int i = 0; i < MRL_CONTROL_COUNT; i++) {
		names[i] = mrl_controls[i]->name;
	}
	mrl_diagnose(loader->diagnostics, MRL_ERROR, "policy-key", name,
	             mrl_hint_nearest(&hint, name->text, names, MRL_CONTROL_COUNT),
	             "\"%.*s\" is no control", MRL_PRINT(name->text));
}

static enum mrl_err check_mode(struct mrl_loader *loader, const struct mrl_control *control,
                               const struct mrl_node *node)
{
	const struct mrl_node *mode = mrl_node_member(node, mrl_mode_keys[0].name);
	int value;
	if (mode != NULL && !control->judges) {
		mrl_diagnose(loader->diagnostics, MRL_ERROR, "policy-mode", mode,
		             "leave it out: this control judges no caller and is always on",
		             "\"%s\" has no mode", control->name);
		return MRL_OK;
	}
	return mrl_key_read(loader, mrl_mode_keys, mode, &value);
}

/* Reads into memory that is thrown away: only the findings count. */
static enum mrl_err check_values(struct mrl_loader *loader, const struct mrl_control *control,
                                 const struct mrl_node *node)
{
	void *config = mrl_arena_array(loader->arena, 1, control->config_bytes,
	                               _Alignof(max_align_t));
	enum mrl_err err = config == NULL ? MRL_ERR_MEMORY : MRL_OK;
	for (const struct mrl_key *key = control->keys;
	     err == MRL_OK && key != NULL && key->name != NULL; key++) {
		err = mrl_key_read(loader, key, mrl_node_member(node, key->name), config);
	}
	return err;
}

static enum mrl_err check_control(struct mrl_loader *loader, const struct mrl_control *control,
                                  const struct mrl_node *node)
{
	struct mrl_arena_mark mark = mrl_arena_mark(loader->arena);
	if (!mrl_keys_check(loader, control->keys, mrl_mode_keys, node)) {
		return MRL_OK;
	}
	enum mrl_err err = check_mode(loader, control, node);
	if (err == MRL_OK) {
		err = check_values(loader, control, node);
	}
	mrl_arena_reset(loader->arena, mark);
	return err;
}

enum mrl_err mrl_load_layer(struct mrl_loader *loader, const struct mrl_node *controls)
{
	enum mrl_err err = MRL_OK;
	for (const struct mrl_node *name = mrl_node_first(controls); name != NULL && err == MRL_OK;
	     name = mrl_node_after(controls, name)) {
		const struct mrl_control *control = find_control(name->text);
		if (control == NULL) {
			refuse_unknown(loader, name);
			continue;
		}
		err = check_control(loader, control, mrl_node_value(name));
	}
	return err;
}
