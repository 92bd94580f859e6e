/* What is asked of a program besides running it. */
#include "program.h"

/* Through $ref and allOf: what all of them admit. */
static uint8_t types_of(const struct mrl_ir *ir, uint32_t steps)
{
	const uint8_t any = MRL_JSON_KIND_NULL | MRL_JSON_KIND_BOOL | MRL_JSON_KIND_OBJECT |
	                    MRL_JSON_KIND_ARRAY | MRL_JSON_KIND_NUMBER | MRL_JSON_KIND_STRING;
	uint8_t types = ir->types == 0 ? any : ir->types;
	for (uint32_t i = 0; steps != 0 && i <= ir->all.count; i++) {
		const struct mrl_ir *part = i < ir->all.count ? ir->all.items[i] : ir->ref;
		uint8_t other = part == NULL ? any : types_of(part, steps - 1);
		bool integer = (types | other) & MRL_JSON_KIND_INTEGER;
		bool number = (types & (MRL_JSON_KIND_NUMBER | MRL_JSON_KIND_INTEGER)) != 0 &&
		              (other & (MRL_JSON_KIND_NUMBER | MRL_JSON_KIND_INTEGER)) != 0;
		types &= other;
		if (number && integer) {
			types = (uint8_t)((types & ~MRL_JSON_KIND_NUMBER) | MRL_JSON_KIND_INTEGER);
		}
	}
	return types;
}

uint8_t mrl_program_types(const struct mrl_program *program, uint32_t entry)
{
	return types_of(program->graph.entries[entry], 8);
}

void mrl_program_counts(const struct mrl_program *program, uint32_t entry,
                        struct mrl_schema_counts *ret_counts)
{
	*ret_counts = program->counts == NULL ? (struct mrl_schema_counts){.strings = 0}
	                                      : program->counts[entry];
}

size_t mrl_program_bytes(const struct mrl_program *program)
{
	return program->bytes;
}

struct mrl_slice mrl_program_site(const struct mrl_program *program, uint32_t site)
{
	(void)program;
	(void)site;
	return MRL_SLICE("");
}

void mrl_program_text(const struct mrl_program *program, struct mrl_buffer *buffer)
{
	for (uint32_t i = 0; i < program->graph.count; i++) {
		const struct mrl_site *site = &program->sites[i];
		mrl_buffer_u64(buffer, i);
		MRL_PUT(buffer, ": types ");
		mrl_buffer_u64(buffer, site->ir->types);
		MRL_PUT(buffer, " properties ");
		mrl_buffer_u64(buffer, site->ir->properties.count);
		MRL_PUT(buffer, "\n");
	}
}
