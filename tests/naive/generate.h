/*
 * Schemas, and values that nearly fit them, made of a fuzzer's bytes. Without bytes every choice is
 * the first, which ends; so each input makes a small, well-formed pair.
 */
#ifndef MRL_NAIVE_GENERATE_H
#define MRL_NAIVE_GENERATE_H

#include <merlon/schema.h>

#define GENERATE_BASE "https://schema.example/root"
#define GENERATE_DEFS 4 /* D0 to D3; references in place go to a higher number only */

struct generator {
	const uint8_t *data;
	size_t size;
	struct mrl_buffer out;
	enum mrl_dialect dialect;
	uint32_t schemas; /* made so far */
	uint32_t def;     /* which definition is being made */
	bool below;       /* at a member or item: any definition may come again */
	bool dynamic;     /* definitions are resources with dynamic anchors */
	bool first;       /* nothing stands in the open object or array yet */
	bool regexes;     /* pattern, patternProperties may be made */
};

/* 0 to count - 1. */
unsigned generate_pick(struct generator *generator, unsigned count);
/* A whole document; its definitions stand where generate_def finds them. */
void generate_document(struct generator *generator);
const struct mrl_node *generate_def(const struct mrl_node *root, unsigned number);
/* JSON text of a value that the schema may accept. */
void generate_value(struct generator *generator, const struct mrl_node *root,
                    const struct mrl_node *schema);

#endif
