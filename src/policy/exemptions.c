/*
 * `exemptions`: deviations with a name, a reason and an end. One that has ended is told and stops
 * applying; it does not stop the load, since a policy must not break by the calendar.
 */
#include "keys.h"

#define DAY_US         INT64_C(86400000000)
#define DAYS_AHEAD_MAX 366

struct raw {
	struct mrl_setting name;
	struct mrl_setting control;
	struct mrl_setting api;
	struct mrl_settings operations;
	struct mrl_setting reason;
	struct mrl_setting until;
};

const struct mrl_key mrl_exemption_keys[] = {
	{.name = "name",
         .kind = MRL_KEY_TEXT,
         .min = 1,
         .max = 24,
         .required = true,
         .pattern = MRL_NAME_PATTERN,
         .meaning = "short name, for records",
         .offset = offsetof(struct raw, name)},
	{.name = "control",
         .kind = MRL_KEY_TEXT,
         .min = 1,
         .max = 32,
         .required = true,
         .meaning = "the control that is not asked",
         .offset = offsetof(struct raw, control)},
	{.name = "api",
         .kind = MRL_KEY_TEXT,
         .min = 1,
         .max = 24,
         .pattern = MRL_NAME_PATTERN,
         .meaning = "the API, where more than one has the operation",
         .offset = offsetof(struct raw, api)},
	{.name = "operations",
         .kind = MRL_KEY_LIST,
         .min = 1,
         .max = 1000,
         .required = true,
         .meaning = "the operations, by \"METHOD /template\" as in the document",
         .offset = offsetof(struct raw, operations)},
	{.name = "reason",
         .kind = MRL_KEY_TEXT,
         .min = 10,
         .max = 200,
         .required = true,
         .meaning = "why, for whoever asks later",
         .offset = offsetof(struct raw, reason)},
	{.name = "until",
         .kind = MRL_KEY_TEXT,
         .min = 10,
         .max = 10,
         .required = true,
         .pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
         .meaning = "the last day (UTC), YYYY-MM-DD, at most 366 days ahead",
         .offset = offsetof(struct raw, until)},
	{0},
};

static void refuse(struct mrl_loader *loader, const struct mrl_setting *setting, const char *hint,
                   const char *what)
{
	mrl_diagnose(loader->diagnostics, MRL_ERROR, "policy-exemption", setting->node, hint,
	             "\"%.*s\" %s", MRL_PRINT(setting->text), what);
}

static void read_control(struct mrl_loader *loader, const struct mrl_setting *setting,
                         enum mrl_control_id *control)
{
	const char *names[MRL_CONTROL_COUNT];
	struct mrl_hint hint;
	for (int i = 0; i < MRL_CONTROL_COUNT; i++) {
		names[i] = mrl_controls[i]->name;
		if (mrl_slice_is(setting->text, names[i])) {
			*control = (enum mrl_control_id)i;
			return;
		}
	}
	if (setting->node != NULL) {
		refuse(loader, setting,
		       mrl_hint_nearest(&hint, setting->text, names, MRL_CONTROL_COUNT),
		       "is no control");
	}
}

static void read_until(struct mrl_loader *loader, const struct mrl_setting *setting,
                       struct mrl_exemption *exemption)
{
	int64_t now_us = loader->options->now_us;
	int64_t days;
	if (setting->node == NULL) {
		return;
	}
	if (!mrl_date_parse(setting->text, &days)) {
		refuse(loader, setting, "write a day that exists: 2027-03-31", "is no date");
		return;
	}
	if (days - now_us / DAY_US > DAYS_AHEAD_MAX) {
		refuse(loader, setting, "an exemption lasts 366 days at most; renew it then",
		       "is too far ahead");
		return;
	}
	exemption->until_us = (days + 1) * DAY_US;
	if (exemption->until_us <= now_us) {
		mrl_diagnose(loader->diagnostics, MRL_WARNING, "policy-exemption-expired",
		             setting->node, "remove it, or renew it with a new end",
		             "the exemption \"%.*s\" has ended: its control applies again",
		             MRL_PRINT(exemption->name));
	}
}

static void read_api(struct mrl_loader *loader, const struct mrl_setting *setting,
                     struct mrl_exemption *exemption)
{
	const struct mrl_policy *policy = loader->policy;
	for (uint32_t i = 0; i < policy->api_count; i++) {
		if (mrl_slice_equal(policy->apis[i].name, setting->text)) {
			exemption->api = &policy->apis[i];
			return;
		}
	}
	refuse(loader, setting, "write the name of one under `apis`", "is no API");
}

/* How many APIs that the exemption may mean have the operation. */
static uint32_t count_apis(const struct mrl_policy *policy, const struct mrl_exemption *exemption,
                           struct mrl_slice operation)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < policy->api_count; i++) {
		const struct mrl_api *api = &policy->apis[i];
		bool meant = exemption->api == NULL || exemption->api == api;
		count += meant && mrl_operation_find(api, operation) != NULL;
	}
	return count;
}

static bool all_documents_known(const struct mrl_policy *policy)
{
	for (uint32_t i = 0; i < policy->api_count; i++) {
		if (policy->apis[i].document == NULL) {
			return false;
		}
	}
	return true;
}

/* An exemption must not reach further than who wrote it saw. */
static enum mrl_err check_operation(struct mrl_loader *loader, const struct mrl_setting *setting,
                                    const struct mrl_exemption *exemption)
{
	uint32_t count = count_apis(loader->policy, exemption, setting->text);
	if (count == 0 && all_documents_known(loader->policy)) {
		return mrl_operation_unknown(loader, setting->node, exemption->api);
	}
	if (count > 1) {
		refuse(loader, setting, "say which by `api`",
		       "is an operation of more than one API");
	}
	return MRL_OK;
}

static bool overlaps(const struct mrl_exemption *a, const struct mrl_exemption *b,
                     struct mrl_slice operation)
{
	if (a->control != b->control || a->control == MRL_CONTROL_COUNT ||
	    (a->api != b->api && a->api != NULL && b->api != NULL)) {
		return false;
	}
	for (uint32_t i = 0; i < b->operations.count; i++) {
		if (mrl_slice_equal(b->operations.items[i], operation)) {
			return true;
		}
	}
	return false;
}

static void check_repeated(struct mrl_loader *loader, const struct raw *raw, uint32_t index)
{
	const struct mrl_exemption *exemptions = loader->policy->exemptions;
	const struct mrl_exemption *exemption = &exemptions[index];
	struct mrl_hint hint;
	for (uint32_t i = 0; i < index; i++) {
		const char *place = mrl_hint_place(&hint, exemptions[i].node);
		if (raw->name.node != NULL &&
		    mrl_slice_equal(exemptions[i].name, exemption->name)) {
			refuse(loader, &raw->name, place, "is the name of two exemptions");
		}
		for (uint32_t j = 0; j < raw->operations.count; j++) {
			if (overlaps(exemption, &exemptions[i], raw->operations.items[j].text)) {
				refuse(loader, &raw->operations.items[j], place,
				       "is exempt from this control already");
			}
		}
	}
}

static enum mrl_err read_operations(struct mrl_loader *loader, const struct mrl_settings *settings,
                                    struct mrl_exemption *exemption)
{
	exemption->operations.items = MRL_NEW_ARRAY(loader->arena, settings->count,
	                                            struct mrl_slice);
	if (exemption->operations.items == NULL) {
		return MRL_ERR_MEMORY;
	}
	exemption->operations.count = settings->count;
	for (uint32_t i = 0; i < settings->count; i++) {
		exemption->operations.items[i] = settings->items[i].text;
		enum mrl_err err = check_operation(loader, &settings->items[i], exemption);
		if (err != MRL_OK) {
			return err;
		}
	}
	return MRL_OK;
}

static enum mrl_err take_exemption(struct mrl_loader *loader, const void *values,
                                   const struct mrl_node *node, uint32_t index)
{
	const struct raw *raw = values;
	struct mrl_exemption *exemption = &loader->policy->exemptions[index];
	*exemption = (struct mrl_exemption){
		.name = raw->name.text,
		.control = MRL_CONTROL_COUNT, /* none, until it is known */
		.reason = raw->reason.text,
		.node = node,
	};
	loader->policy->exemption_count++;
	(void)mrl_name_check(loader, &raw->name);
	read_control(loader, &raw->control, &exemption->control);
	read_until(loader, &raw->until, exemption);
	if (raw->api.node != NULL) {
		read_api(loader, &raw->api, exemption);
	}
	enum mrl_err err = read_operations(loader, &raw->operations, exemption);
	check_repeated(loader, raw, index);
	return err;
}

enum mrl_err mrl_load_exemptions(struct mrl_loader *loader, const struct mrl_node *node)
{
	static const struct mrl_section section = {.keys = mrl_exemption_keys,
	                                           .raw_bytes = sizeof(struct raw),
	                                           .take = take_exemption};
	loader->policy->exemptions = MRL_NEW_ARRAY(loader->arena, mrl_node_items(node),
	                                           struct mrl_exemption);
	return loader->policy->exemptions == NULL ? MRL_ERR_MEMORY
	                                          : mrl_section_read(loader, &section, node);
}

const struct mrl_exemption *mrl_exemption_find(const struct mrl_policy *policy,
                                               enum mrl_control_id control,
                                               const struct mrl_operation *operation)
{
	for (uint32_t i = 0; i < policy->exemption_count; i++) {
		const struct mrl_exemption *exemption = &policy->exemptions[i];
		if (exemption->control != control ||
		    (exemption->api != NULL && exemption->api != operation->api)) {
			continue;
		}
		for (uint32_t j = 0; j < exemption->operations.count; j++) {
			if (mrl_slice_equal(exemption->operations.items[j], operation->name)) {
				return exemption;
			}
		}
	}
	return NULL;
}
