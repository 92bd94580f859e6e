/* How generate.c writes: JSON text into the generator's buffer, and what the dialect has. */
#ifndef MRL_NAIVE_GENERATE_PUT_H
#define MRL_NAIVE_GENERATE_PUT_H

#include "generate.h"

#include <stdio.h>

static bool rarely(struct generator *g, unsigned of)
{
	return generate_pick(g, of) == of - 1 && of > 1 && g->size != 0;
}

static void put(struct generator *g, const char *text)
{
	mrl_buffer_put(&g->out, mrl_slice_text(text));
}

static void next(struct generator *g)
{
	put(g, g->first ? "" : ",");
	g->first = false;
}

static void open(struct generator *g, const char *bracket)
{
	put(g, bracket);
	g->first = true;
}

static void close(struct generator *g, const char *bracket)
{
	put(g, bracket);
	g->first = false;
}

static void key(struct generator *g, const char *name)
{
	next(g);
	put(g, "\"");
	put(g, name);
	put(g, "\":");
}

/* A keyword with JSON text for its value. */
static void say(struct generator *g, const char *name, const char *value)
{
	key(g, name);
	put(g, value);
}

static void say_number(struct generator *g, const char *name, unsigned number)
{
	key(g, name);
	mrl_buffer_u64(&g->out, number);
}

static bool is_oas(const struct generator *g)
{
	return g->dialect == MRL_DIALECT_OAS_30 || g->dialect == MRL_DIALECT_OAS_31;
}

static bool is_new(const struct generator *g)
{
	return g->dialect == MRL_DIALECT_2020_12 || g->dialect == MRL_DIALECT_OAS_31;
}

static bool is_modern(const struct generator *g)
{
	return is_new(g) || g->dialect == MRL_DIALECT_2019_09;
}

static bool is_since_7(const struct generator *g)
{
	return is_modern(g) || g->dialect == MRL_DIALECT_7;
}

static const char *defs(const struct generator *g)
{
	return is_oas(g) ? "components/schemas" : is_modern(g) ? "$defs" : "definitions";
}

static void say_ref(struct generator *g, unsigned number)
{
	char text[96];
	if (g->dynamic && rarely(g, 2)) {
		snprintf(text, sizeof(text), "\"https://schema.example/D%u\"", number);
	} else {
		snprintf(text, sizeof(text), "\"" GENERATE_BASE "#/%s/D%u\"", defs(g), number);
	}
	say(g, "$ref", text);
}

static void reference(struct generator *g, unsigned number)
{
	open(g, "{");
	say_ref(g, number);
	close(g, "}");
}

#endif
