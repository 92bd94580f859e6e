/*
 * The first pass: each object has known fields of the right kind, each reference leads to what is
 * due there.
 *
 * Nodes lie parents first, so one sweep over a subtree hands each child its type before it comes to
 * it. What a reference leads to waits on a list; every node is looked at once.
 */
#include "oas.h"

#define TYPE_BITS  5
#define TYPE_MASK  ((1U << TYPE_BITS) - 1)
#define SHAPE_MASK 3U
#define DONE       0x80U

_Static_assert(MRL_OAS_TYPE_COUNT <= TYPE_MASK + 1, "a type, a shape and a mark are one byte");

struct mrl_oas_work {
	struct mrl_oas_work *next;
	const struct mrl_node *from; /* the reference; NULL: the first document */
	const struct mrl_node *target;
	enum mrl_oas_type type;
};

/* The subtree that is being swept. */
struct sweep {
	struct mrl_oas_load *load;
	uint8_t *types;
	const struct mrl_node *nodes;
};

static void expect(struct sweep *sweep, const struct mrl_node *node, enum mrl_oas_type type,
                   enum mrl_oas_shape shape)
{
	uint8_t *slot = &sweep->types[node - sweep->nodes];
	if (*slot == 0) {
		*slot = (uint8_t)(type | (unsigned)shape << TYPE_BITS);
	}
}

static void say_kind(struct sweep *sweep, const struct mrl_node *node, const char *due)
{
	bool unquoted = node->kind == MRL_NODE_NUMBER || node->kind == MRL_NODE_BOOL ||
	                node->kind == MRL_NODE_NULL;
	mrl_diagnose(sweep->load->diagnostics, MRL_ERROR, "oa-structure", node,
	             unquoted && strcmp(due, "a string") == 0 ? "quote it" : NULL,
	             "this must be %s, it is %s", due, mrl_node_kind_name(node->kind));
}

static bool is_extension(const struct mrl_node *key)
{
	return mrl_slice_starts(key->text, MRL_SLICE("x-"));
}

static const struct mrl_oas_field *find_field(const struct mrl_oas_object *object,
                                              struct mrl_slice name)
{
	for (size_t i = 0; i < object->field_count; i++) {
		if (mrl_slice_is(name, object->fields[i].name)) {
			return &object->fields[i];
		}
	}
	return NULL;
}

#define FIELDS_MAX 16

static void say_unknown(struct sweep *sweep, const struct mrl_oas_object *object,
                        const struct mrl_node *key)
{
	const char *names[FIELDS_MAX];
	char hint[96];
	size_t count = 0;
	while (count < object->field_count && count < FIELDS_MAX) {
		names[count] = object->fields[count].name;
		count++;
	}
	const char *near = mrl_nearest(key->text, names, count);
	if (near != NULL) {
		struct mrl_buffer text = mrl_buffer(hint, sizeof(hint) - 1);
		MRL_PUT(&text, "did you mean \"");
		mrl_buffer_put(&text, mrl_slice_text(near));
		MRL_PUT(&text, "\"?");
		hint[text.size] = '\0';
	}
	mrl_diagnose(sweep->load->diagnostics, MRL_ERROR, "oa-structure", key,
	             near == NULL ? "remove it, or let its name begin with x-" : hint,
	             "\"%.*s\" is no field of %s", MRL_PRINT(mrl_slice_sub(key->text, 0, 100)),
	             object->title);
}

static void check_field(struct sweep *sweep, const struct mrl_oas_object *object,
                        const struct mrl_node *key)
{
	const struct mrl_oas_field *field = find_field(object, key->text);
	if (field == NULL) {
		if (!is_extension(key)) {
			say_unknown(sweep, object, key);
		}
		return;
	}
	if ((field->flags & MRL_OAS_ONLY_31) != 0 && !sweep->load->v31) {
		mrl_diagnose(sweep->load->diagnostics, MRL_ERROR, "oa-structure", key,
		             "write \"openapi: 3.1.0\" if the document is meant so",
		             "\"%s\" is a field of OpenAPI 3.1, and this document is 3.0",
		             field->name);
	}
	expect(sweep, mrl_node_value(key), field->type, field->shape);
}

static void check_fields(struct sweep *sweep, const struct mrl_oas_object *object,
                         const struct mrl_node *node)
{
	for (const struct mrl_node *key = mrl_node_first(node); key != NULL;
	     key = mrl_node_after(node, key)) {
		check_field(sweep, object, key);
	}
	unsigned needed = MRL_OAS_REQUIRED | (sweep->load->v31 ? 0U : MRL_OAS_REQUIRED_30);
	for (size_t i = 0; i < object->field_count; i++) {
		const struct mrl_oas_field *field = &object->fields[i];
		if ((field->flags & needed) != 0 && mrl_node_member(node, field->name) == NULL) {
			mrl_diagnose(sweep->load->diagnostics, MRL_ERROR, "oa-structure", node,
			             NULL, "%s needs \"%s\"", object->title, field->name);
		}
	}
}

static bool is_digit_or_x(uint8_t byte)
{
	return mrl_is_digit(byte) || byte == 'X';
}

/* 200, 4XX, default */
static bool is_status_key(struct mrl_slice text)
{
	if (mrl_slice_is(text, "default")) {
		return true;
	}
	return text.size == 3 && text.data[0] >= '1' && text.data[0] <= '5' &&
	       is_digit_or_x(text.data[1]) && is_digit_or_x(text.data[2]) &&
	       (text.data[1] == 'X') == (text.data[2] == 'X');
}

static void check_key(struct sweep *sweep, enum mrl_oas_type type, const struct mrl_node *key)
{
	if (type == MRL_OAS_PATHS && !mrl_slice_starts(key->text, MRL_SLICE("/"))) {
		mrl_diagnose(sweep->load->diagnostics, MRL_ERROR, "oa-structure", key, NULL,
		             "a path must begin with '/'");
	}
	if (type == MRL_OAS_RESPONSES && !is_status_key(key->text)) {
		mrl_diagnose(sweep->load->diagnostics, MRL_ERROR, "oa-structure", key,
		             "write it like \"200\", \"4XX\" or default", "\"%.*s\" is no status",
		             MRL_PRINT(mrl_slice_sub(key->text, 0, 100)));
	}
}

/* Objects whose members are named by the author. */
static void check_map(struct sweep *sweep, enum mrl_oas_type type, const struct mrl_node *node)
{
	for (const struct mrl_node *key = mrl_node_first(node); key != NULL;
	     key = mrl_node_after(node, key)) {
		if (type != MRL_OAS_SECURITY_REQUIREMENT && is_extension(key)) {
			continue;
		}
		const struct mrl_node *value = mrl_node_value(key);
		check_key(sweep, type, key);
		if (type == MRL_OAS_RESPONSES) {
			expect(sweep, value, MRL_OAS_RESPONSE, MRL_OAS_ONE);
		} else if (type == MRL_OAS_SECURITY_REQUIREMENT) {
			expect(sweep, value, MRL_OAS_STRING, MRL_OAS_LIST);
		} else {
			expect(sweep, value, MRL_OAS_PATH_ITEM, MRL_OAS_ONE);
		}
	}
}

/* Beside `$ref`: in 3.1 summary and description, in 3.0 nothing; on a Path Item it would change
 * what is routed, so there it is an error. */
static void check_siblings(struct sweep *sweep, enum mrl_oas_type type, const struct mrl_node *node)
{
	for (const struct mrl_node *key = mrl_node_first(node); key != NULL;
	     key = mrl_node_after(node, key)) {
		bool is_text = mrl_slice_is(key->text, "summary") ||
		               mrl_slice_is(key->text, "description");
		if (mrl_slice_is(key->text, "$ref") || is_extension(key) ||
		    (is_text && sweep->load->v31)) {
			continue;
		}
		bool is_item = type == MRL_OAS_PATH_ITEM;
		mrl_diagnose(sweep->load->diagnostics, is_item ? MRL_ERROR : MRL_WARNING,
		             is_item ? "oa-structure" : "oa-ref-sibling", key,
		             "move it to where the reference leads",
		             "\"%.*s\" stands beside $ref and %s",
		             MRL_PRINT(mrl_slice_sub(key->text, 0, 100)),
		             is_item ? "OpenAPI does not say which counts" : "is ignored");
	}
}

static enum mrl_err add_work(struct mrl_oas_load *load, const struct mrl_node *from,
                             const struct mrl_node *target, enum mrl_oas_type type)
{
	struct mrl_oas_work *work = MRL_NEW(&load->scratch, struct mrl_oas_work);
	if (work == NULL) {
		return MRL_ERR_MEMORY;
	}
	*work = (struct mrl_oas_work){
		.next = load->work, .from = from, .target = target, .type = type};
	load->work = work;
	return MRL_OK;
}

static enum mrl_err check_ref(struct sweep *sweep, enum mrl_oas_type type,
                              const struct mrl_node *node)
{
	const struct mrl_node *target;
	const struct mrl_node *end;
	check_siblings(sweep, type, node);
	enum mrl_err err = mrl_oas_ref_step(sweep->load, node, false, &target);
	if (err != MRL_OK || target == NULL) {
		return err;
	}
	err = mrl_oas_resolve(sweep->load, target, &end);
	if (err != MRL_OK) {
		return err;
	}
	if (end == NULL && mrl_oas_is_ref(target)) {
		/* A broken link further on is said there; a circle has no other place. */
		mrl_diagnose(sweep->load->diagnostics, MRL_ERROR, "oa-ref", node, NULL,
		             "the reference leads to no object: it is part of a chain that is "
		             "broken, over 64 long, or a circle");
	}
	return add_work(sweep->load, node, target, type);
}

static enum mrl_err check_object(struct sweep *sweep, enum mrl_oas_type type,
                                 const struct mrl_node *node)
{
	const struct mrl_oas_object *object = &mrl_oas_objects[type];
	if (node->kind != MRL_NODE_OBJECT) {
		say_kind(sweep, node, object->title);
		return MRL_OK;
	}
	if (object->ref && mrl_oas_is_ref(node)) {
		return check_ref(sweep, type, node);
	}
	if (object->fields != NULL) {
		check_fields(sweep, object, node);
	} else {
		check_map(sweep, type, node);
	}
	return MRL_OK;
}

static bool is_value(enum mrl_oas_type type)
{
	return type == MRL_OAS_NONE || type == MRL_OAS_ANY || type == MRL_OAS_SCHEMA;
}

static enum mrl_err check_one(struct sweep *sweep, enum mrl_oas_type type,
                              const struct mrl_node *node)
{
	if (type == MRL_OAS_STRING || type == MRL_OAS_BOOL) {
		bool is_string = type == MRL_OAS_STRING;
		if (node->kind != (is_string ? MRL_NODE_STRING : MRL_NODE_BOOL)) {
			say_kind(sweep, node, is_string ? "a string" : "true or false");
		}
		return MRL_OK;
	}
	return is_value(type) ? MRL_OK : check_object(sweep, type, node);
}

static void check_list(struct sweep *sweep, enum mrl_oas_type type, enum mrl_oas_shape shape,
                       const struct mrl_node *node)
{
	enum mrl_node_kind due = shape == MRL_OAS_LIST ? MRL_NODE_ARRAY : MRL_NODE_OBJECT;
	if (node->kind != due) {
		say_kind(sweep, node, mrl_node_kind_name(due));
		return;
	}
	for (const struct mrl_node *child = mrl_node_first(node); child != NULL;
	     child = mrl_node_after(node, child)) {
		expect(sweep, shape == MRL_OAS_LIST ? child : mrl_node_value(child), type,
		       MRL_OAS_ONE);
	}
}

static enum mrl_err check_node(struct sweep *sweep, const struct mrl_node *node)
{
	uint8_t *slot = &sweep->types[node - sweep->nodes];
	if (*slot == 0 || (*slot & DONE) != 0) {
		return MRL_OK;
	}
	enum mrl_oas_type type = (enum mrl_oas_type)(*slot & TYPE_MASK);
	enum mrl_oas_shape shape = (enum mrl_oas_shape)(*slot >> TYPE_BITS & SHAPE_MASK);
	*slot |= DONE;
	if (shape == MRL_OAS_ONE) {
		return check_one(sweep, type, node);
	}
	check_list(sweep, type, shape, node);
	return MRL_OK;
}

static enum mrl_err sweep_subtree(struct mrl_oas_load *load, const struct mrl_oas_work *work)
{
	const struct mrl_node *node = work->target;
	struct sweep sweep = {
		.load = load,
		.types = mrl_oas_file_of(load, node)->types,
		.nodes = node->document->nodes,
	};
	uint8_t known = sweep.types[node - sweep.nodes];
	if (known != 0 && ((known & TYPE_MASK) != work->type ||
	                   (known >> TYPE_BITS & SHAPE_MASK) != MRL_OAS_ONE)) {
		mrl_diagnose(load->diagnostics, MRL_ERROR, "oa-ref",
		             mrl_node_member(work->from, "$ref"), NULL,
		             "%s is due here, and the reference leads to something else",
		             mrl_oas_objects[work->type].title);
		return MRL_OK;
	}
	if ((known & DONE) != 0) {
		return MRL_OK;
	}
	expect(&sweep, node, work->type, MRL_OAS_ONE);
	enum mrl_err err = MRL_OK;
	for (uint32_t i = (uint32_t)(node - sweep.nodes); err == MRL_OK && i < node->next; i++) {
		err = check_node(&sweep, &sweep.nodes[i]);
	}
	return err;
}

enum mrl_err mrl_oas_check(struct mrl_oas_load *load)
{
	enum mrl_err err = add_work(load, NULL, load->root, MRL_OAS_ROOT);
	while (err == MRL_OK && load->work != NULL) {
		const struct mrl_oas_work *work = load->work;
		load->work = work->next;
		err = sweep_subtree(load, work);
	}
	return err;
}
