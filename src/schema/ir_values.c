/* Values of keywords that several of them have: lists and objects of schemas, names, counts. */
#include "ir_read.h"

enum mrl_err mrl_ir_members_of(struct mrl_ir_reading *reading, const struct mrl_node *value,
                               struct mrl_ir_members *members)
{
	if (value->kind != MRL_NODE_OBJECT) {
		mrl_ir_bad_value(reading, value, "an object of schemas");
		return MRL_OK;
	}
	members->items = MRL_NEW_ARRAY(reading->arena, value->count + (size_t)1,
	                               struct mrl_ir_member);
	if (members->items == NULL) {
		return MRL_ERR_MEMORY;
	}
	enum mrl_err err = MRL_OK;
	for (const struct mrl_node *key = mrl_node_first(value); key != NULL && err == MRL_OK;
	     key = mrl_node_after(value, key)) {
		struct mrl_ir_member *member = &members->items[members->count++];
		*member = (struct mrl_ir_member){.name = key->text, .node = key};
		err = mrl_ir_of(reading, mrl_node_value(key), &member->schema);
	}
	return err;
}

enum mrl_err mrl_ir_list_of(struct mrl_ir_reading *reading, const struct mrl_node *value,
                            struct mrl_ir_list *list)
{
	struct mrl_ir_list old = *list;
	if (value->kind != MRL_NODE_ARRAY) {
		mrl_ir_bad_value(reading, value, "a list of schemas");
		return MRL_OK;
	}
	list->items = MRL_NEW_ARRAY(reading->arena, value->count + (size_t)old.count + 1,
	                            struct mrl_ir *);
	if (list->items == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < old.count; i++) {
		list->items[i] = old.items[i];
	}
	enum mrl_err err = MRL_OK;
	for (const struct mrl_node *item = mrl_node_first(value); item != NULL && err == MRL_OK;
	     item = mrl_node_after(value, item)) {
		err = mrl_ir_of(reading, item, &list->items[list->count++]);
	}
	return err;
}

enum mrl_err mrl_ir_names_of(struct mrl_ir_reading *reading, const struct mrl_node *value,
                             struct mrl_ir_names *names)
{
	if (value->kind != MRL_NODE_ARRAY) {
		mrl_ir_bad_value(reading, value, "a list of names");
		return MRL_OK;
	}
	names->items = MRL_NEW_ARRAY(reading->arena, value->count + (size_t)1, struct mrl_slice);
	if (names->items == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (const struct mrl_node *item = mrl_node_first(value); item != NULL;
	     item = mrl_node_after(value, item)) {
		if (item->kind == MRL_NODE_STRING) {
			names->items[names->count++] = item->text;
		} else {
			mrl_ir_bad_value(reading, item, "a name");
		}
	}
	return MRL_OK;
}

/* 2 and 2.0 alike. */
void mrl_ir_count_of(struct mrl_ir_reading *reading, const struct mrl_node *value,
                     uint64_t *ret_count)
{
	struct mrl_decimal decimal;
	int64_t number = -1;
	if (value->kind == MRL_NODE_NUMBER) {
		mrl_decimal_parse(value->text, &decimal);
		if (mrl_decimal_is_integer(&decimal) && !decimal.negative &&
		    !mrl_decimal_int64(&decimal, &number)) {
			number = INT64_MAX;
		}
	}
	if (number < 0) {
		mrl_ir_bad_value(reading, value, "a whole number from 0");
		return;
	}
	*ret_count = (uint64_t)number;
}

bool mrl_ir_is_validation(struct mrl_slice name)
{
	static const char *const names[] = {"type",
	                                    "enum",
	                                    "const",
	                                    "minimum",
	                                    "maximum",
	                                    "pattern",
	                                    "minLength",
	                                    "maxLength",
	                                    "minItems",
	                                    "maxItems",
	                                    "required",
	                                    "multipleOf",
	                                    "minProperties",
	                                    "maxProperties",
	                                    "uniqueItems",
	                                    "exclusiveMinimum",
	                                    "exclusiveMaximum",
	                                    "minContains",
	                                    "maxContains",
	                                    "dependentRequired"};
	for (size_t i = 0; i < MRL_COUNT(names); i++) {
		if (mrl_slice_is(name, names[i])) {
			return true;
		}
	}
	return false;
}
