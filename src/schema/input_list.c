/* What an input tells of itself, for reports. */
#include "input.h"

const struct mrl_input *mrl_input_of(const struct mrl_inputs *inputs,
                                     const struct mrl_operation *operation)
{
	return &inputs->items[operation - inputs->document->operations];
}

const struct mrl_parameter *mrl_input_parameter(const struct mrl_input *input, uint32_t index)
{
	for (unsigned in = MRL_IN_PATH; in < MRL_IN_COUNT; in++) {
		if (index < input->places[in].count) {
			return &input->places[in].items[index];
		}
		index -= input->places[in].count;
	}
	return NULL;
}

static void add_counts(const struct mrl_input *input, uint32_t entry, struct mrl_schema_counts *sum)
{
	struct mrl_schema_counts counts;
	if (entry == MRL_NO_ENTRY) {
		return;
	}
	mrl_program_counts(input->program, entry, &counts);
	sum->strings += counts.strings;
	sum->strings_capped += counts.strings_capped;
	sum->arrays += counts.arrays;
	sum->arrays_capped += counts.arrays_capped;
	sum->open_objects += counts.open_objects;
}

void mrl_input_counts(const struct mrl_input *input, struct mrl_schema_counts *ret_counts)
{
	struct mrl_schema_counts sum = {.strings = 0};
	for (unsigned in = MRL_IN_PATH; in < MRL_IN_COUNT; in++) {
		for (uint32_t i = 0; i < input->places[in].count; i++) {
			add_counts(input, input->places[in].items[i].entry, &sum);
		}
	}
	for (uint32_t i = 0; i < input->medias.count; i++) {
		add_counts(input, input->medias.items[i].entry, &sum);
	}
	*ret_counts = sum;
}

struct mrl_slice mrl_input_opaque(const struct mrl_input *input, uint32_t index)
{
	for (uint32_t i = 0; i < input->medias.count; i++) {
		const struct mrl_media_range *range = &input->medias.items[i].range;
		if (input->medias.items[i].reading == MRL_READING_OPAQUE && index-- == 0) {
			return range->whole;
		}
	}
	return MRL_SLICE_NONE;
}

const struct mrl_program *mrl_inputs_program(const struct mrl_inputs *inputs,
                                             enum mrl_direction direction)
{
	return inputs
	        ->programs[direction == MRL_DIRECTION_REPLY ? MRL_GROUP_REPLY : MRL_GROUP_REQUEST];
}
