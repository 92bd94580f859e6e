/*
 * Which names a place accepts, and whose each is: an exploded object has no name of its own, but
 * those of its members. Two owners of one name cannot be told apart: oa-param-collision.
 */
#include "input.h"

/* Neither path nor header: there a name stands for the whole. */
static bool is_spread(const struct mrl_parameter *parameter)
{
	return parameter->shape == MRL_SHAPE_OBJECT && parameter->explode &&
	       (parameter->style == MRL_STYLE_FORM || parameter->style == MRL_STYLE_DEEP);
}

static uint32_t count_of(const struct mrl_parameter *parameter)
{
	return is_spread(parameter) ? parameter->member_count : 1;
}

/* "filter[color]" */
static enum mrl_err deep_name(struct mrl_input_load *load, const struct mrl_parameter *parameter,
                              struct mrl_slice member, struct mrl_slice *ret_name)
{
	size_t size = parameter->name.size + member.size + 2;
	struct mrl_buffer name = mrl_buffer(mrl_arena_alloc(load->oas.arena, size, 1), size);
	if (name.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	mrl_buffer_put(&name, parameter->name);
	mrl_buffer_byte(&name, '[');
	mrl_buffer_put(&name, member);
	mrl_buffer_byte(&name, ']');
	*ret_name = mrl_buffer_slice(&name);
	return MRL_OK;
}

static void check(struct mrl_input_load *load, const struct mrl_input_fields *fields,
                  const struct mrl_input_claim *claim)
{
	const struct mrl_parameter *parameter = &fields->items[claim->field];
	for (const struct mrl_input_claim *other = fields->claims; other < claim; other++) {
		if (mrl_slice_equal(other->name, claim->name)) {
			mrl_input_say(load, MRL_ERROR, "oa-param-collision", parameter->node,
			              "rename one of them",
			              "the name \"%.*s\" belongs to another parameter already",
			              MRL_PRINT(mrl_slice_sub(claim->name, 0, 100)));
			return;
		}
	}
}

static enum mrl_err claim_field(struct mrl_input_load *load, struct mrl_input_fields *fields,
                                uint32_t field)
{
	const struct mrl_parameter *parameter = &fields->items[field];
	bool spread = is_spread(parameter);
	for (uint32_t i = 0; i < count_of(parameter); i++) {
		struct mrl_input_claim *claim = &fields->claims[fields->claim_count];
		*claim = (struct mrl_input_claim){.name = spread ? parameter->members[i].name
		                                                 : parameter->name,
		                                  .field = (uint16_t)field,
		                                  .member = spread ? (uint16_t)i : MRL_CLAIM_WHOLE};
		if (spread && parameter->style == MRL_STYLE_DEEP) {
			enum mrl_err err = deep_name(load, parameter, claim->name, &claim->name);
			if (err != MRL_OK) {
				return err;
			}
		}
		check(load, fields, claim);
		fields->claim_count++;
	}
	return MRL_OK;
}

enum mrl_err mrl_input_claims(struct mrl_input_load *load, struct mrl_input_fields *fields)
{
	uint32_t count = 0;
	enum mrl_err err = MRL_OK;
	for (uint32_t i = 0; i < fields->count; i++) {
		count += count_of(&fields->items[i]);
	}
	if (fields->count >= MRL_CLAIM_WHOLE || count >= MRL_CLAIM_WHOLE) {
		mrl_input_say(load, MRL_ERROR, "oa-limit", fields->items[0].node, NULL,
		              "more than 65,000 names in one place");
		return MRL_OK;
	}
	fields->claims = MRL_NEW_ARRAY(load->oas.arena, count, struct mrl_input_claim);
	if (fields->claims == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; err == MRL_OK && i < fields->count; i++) {
		err = claim_field(load, fields, i);
	}
	return err;
}
