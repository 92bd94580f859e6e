/*
 * Base paths out of `servers`. Only the path of a URL counts. A variable that can change the path
 * is taken with each value of its enum, since clients may use any of them; one without an enum is
 * taken by its default, with a warning.
 */
#include "oas.h"

#define COMBINATIONS_MAX 64
#define VARIABLES_MAX    16
#define URL_BYTES_MAX    2048

struct variable {
	struct mrl_slice name;
	const struct mrl_node *values; /* the enum; NULL: only the default */
	struct mrl_slice fallback;
	uint32_t count;
	uint32_t chosen;
};

struct expansion {
	struct mrl_oas_load *load;
	const struct mrl_node *url;
	const struct mrl_node *definitions;
	size_t path_start; /* in the template: braces before it do not touch the path */
	struct variable variables[VARIABLES_MAX];
	uint32_t variable_count;
	uint32_t combinations;
};

static bool fault(struct expansion *expansion, const struct mrl_node *node, const char *what)
{
	mrl_diagnose(expansion->load->diagnostics, MRL_ERROR, "oa-server", node,
	             "write the path of the URL plainly, or set base_path in the policy",
	             "the server's URL %s", what);
	return false;
}

/* Behind "scheme://" or "//"; 0: the URL has no authority. */
static size_t find_authority(struct mrl_slice url)
{
	size_t slashes = mrl_slice_find_text(url, MRL_SLICE("//"));
	bool has_authority = slashes != url.size && (slashes == 0 || url.data[slashes - 1] == ':');
	return has_authority ? slashes + 2 : 0;
}

/* Where the path begins: the first '/' behind the authority that is not in braces. */
static size_t find_path(struct mrl_slice url)
{
	bool braced = false;
	size_t at = find_authority(url);
	for (; at < url.size; at++) {
		braced = url.data[at] == '{' || (braced && url.data[at] != '}');
		if (!braced && url.data[at] == '/') {
			break;
		}
	}
	return at;
}

static bool holds_slash(const struct mrl_node *values, struct mrl_slice fallback)
{
	bool holds = mrl_slice_find(fallback, '/') != fallback.size;
	for (const struct mrl_node *value = mrl_node_first(values); value != NULL && !holds;
	     value = mrl_node_after(values, value)) {
		holds = mrl_slice_find(value->text, '/') != value->text.size;
	}
	return holds;
}

static struct variable *find_variable(struct expansion *expansion, struct mrl_slice name)
{
	for (uint32_t i = 0; i < expansion->variable_count; i++) {
		if (mrl_slice_equal(expansion->variables[i].name, name)) {
			return &expansion->variables[i];
		}
	}
	return NULL;
}

static bool multiply(struct expansion *expansion, uint32_t count)
{
	expansion->combinations *= count;
	return expansion->combinations <= COMBINATIONS_MAX ||
	       fault(expansion, expansion->url, "has more than 64 spellings");
}

/* `at` is where its brace stands. */
static bool add_variable(struct expansion *expansion, struct mrl_slice name, size_t at)
{
	if (find_variable(expansion, name) != NULL) {
		return true;
	}
	const struct mrl_node *definition = mrl_node_member_slice(expansion->definitions, name);
	const struct mrl_node *fallback = mrl_node_member(definition, "default");
	const struct mrl_node *values = mrl_node_member(definition, "enum");
	if (fallback == NULL || expansion->variable_count == VARIABLES_MAX) {
		return fault(expansion, expansion->url,
		             fallback == NULL ? "has a variable that has no default"
		                              : "has too many variables");
	}
	bool matters = at >= expansion->path_start || holds_slash(values, fallback->text);
	bool listed = matters && values != NULL && values->kind == MRL_NODE_ARRAY &&
	              values->count != 0;
	if (matters && !listed) {
		mrl_diagnose(expansion->load->diagnostics, MRL_WARNING, "oa-server", definition,
		             "list its values in enum, or set base_path in the policy",
		             "this changes the base path; only its default is routed");
	}
	expansion->variables[expansion->variable_count++] = (struct variable){
		.name = name,
		.values = listed ? values : NULL,
		.fallback = fallback->text,
		.count = listed ? values->count : 1,
	};
	return !listed || multiply(expansion, values->count);
}

static bool find_variables(struct expansion *expansion)
{
	struct mrl_slice url = expansion->url->text;
	size_t at = mrl_slice_find(url, '{');
	while (at < url.size) {
		struct mrl_slice rest = mrl_slice_from(url, at + 1);
		size_t end = mrl_slice_find(rest, '}');
		if (end == rest.size) {
			return fault(expansion, expansion->url, "has a '{' without '}'");
		}
		if (!add_variable(expansion, mrl_slice_sub(rest, 0, end), at)) {
			return false;
		}
		at += 1 + mrl_slice_find(rest, '{');
	}
	return true;
}

static struct mrl_slice value_of(const struct variable *variable)
{
	if (variable == NULL || variable->values == NULL) {
		return variable == NULL ? MRL_SLICE_NONE : variable->fallback;
	}
	const struct mrl_node *value = mrl_node_first(variable->values);
	for (uint32_t i = 0; i < variable->chosen; i++) {
		value = mrl_node_after(variable->values, value);
	}
	return value->text;
}

static void substitute(struct expansion *expansion, struct mrl_buffer *buffer)
{
	struct mrl_slice rest = expansion->url->text;
	for (;;) {
		size_t end = mrl_slice_find(rest, '{');
		mrl_buffer_put(buffer, mrl_slice_sub(rest, 0, end));
		if (end == rest.size) {
			return;
		}
		rest = mrl_slice_from(rest, end + 1);
		struct mrl_slice name = mrl_slice_sub(rest, 0, mrl_slice_find(rest, '}'));
		mrl_buffer_put(buffer, value_of(find_variable(expansion, name)));
		rest = mrl_slice_from(rest, name.size + 1);
	}
}

/* The next combination, counting like an odometer; false after the last. */
static bool choose_next(struct expansion *expansion)
{
	for (uint32_t i = 0; i < expansion->variable_count; i++) {
		struct variable *variable = &expansion->variables[i];
		if (++variable->chosen < variable->count) {
			return true;
		}
		variable->chosen = 0;
	}
	return false;
}

static struct mrl_slice without_final_slashes(struct mrl_slice path)
{
	while (path.size != 0 && path.data[path.size - 1] == '/') {
		path.size--;
	}
	return path;
}

/* A base path has no names left and is a path that a target can begin with. */
static enum mrl_err check_path(struct expansion *expansion, struct mrl_slice path, bool *ret_good)
{
	struct mrl_template template;
	const char *what = "has braces in it";
	enum mrl_err err = mrl_template_parse(path, &expansion->load->scratch, &template, &what);
	bool good = err == MRL_OK;
	for (uint16_t i = 0; good && i < template.segment_count; i++) {
		good = mrl_segment_is_literal(&template.segments[i]);
	}
	if (!good && err != MRL_ERR_MEMORY) {
		(void)fault(expansion, expansion->url, what);
	}
	*ret_good = good;
	return err == MRL_ERR_MEMORY ? err : MRL_OK;
}

static enum mrl_err add_path(struct expansion *expansion, struct mrl_slice url,
                             struct mrl_oas_list *list)
{
	struct mrl_oas_load *load = expansion->load;
	size_t start = find_path(url);
	if (start != 0 && find_authority(url) == 0) {
		(void)fault(expansion, expansion->url, "is relative without a leading '/'");
		return MRL_OK;
	}
	struct mrl_slice path = without_final_slashes(mrl_slice_from(url, start));
	if (path.size == 0) {
		return mrl_oas_list_add_once(load, list, path);
	}
	bool good;
	enum mrl_err err = check_path(expansion, path, &good);
	if (err != MRL_OK || !good) {
		return err;
	}
	err = mrl_arena_copy(load->arena, path, &path);
	return err == MRL_OK ? mrl_oas_list_add_once(load, list, path) : err;
}

static enum mrl_err expand(struct expansion *expansion, struct mrl_oas_list *list)
{
	enum mrl_err err;
	uint8_t *memory = mrl_arena_alloc(&expansion->load->scratch, URL_BYTES_MAX, 1);
	if (memory == NULL) {
		return MRL_ERR_MEMORY;
	}
	do {
		struct mrl_buffer url = mrl_buffer(memory, URL_BYTES_MAX);
		substitute(expansion, &url);
		if (url.overflow) {
			(void)fault(expansion, expansion->url, "is too long");
			return MRL_OK;
		}
		err = add_path(expansion, mrl_buffer_slice(&url), list);
	} while (err == MRL_OK && choose_next(expansion));
	return err;
}

static enum mrl_err add_server(struct mrl_oas_load *load, const struct mrl_node *server,
                               struct mrl_oas_list *list)
{
	struct expansion expansion = {
		.load = load,
		.url = mrl_node_member(server, "url"),
		.definitions = mrl_node_member(server, "variables"),
		.combinations = 1,
	};
	if (expansion.url == NULL || expansion.url->kind != MRL_NODE_STRING) {
		return MRL_OK;
	}
	expansion.path_start = find_path(expansion.url->text);
	return find_variables(&expansion) ? expand(&expansion, list) : MRL_OK;
}

enum mrl_err mrl_oas_base_paths(struct mrl_oas_load *load, const struct mrl_node *servers,
                                struct mrl_names *ret_paths)
{
	struct mrl_oas_list list = {0};
	enum mrl_err err = MRL_OK;
	if (servers == NULL || servers->kind != MRL_NODE_ARRAY || servers->count == 0) {
		err = mrl_oas_list_add(load, &list, MRL_SLICE_NONE);
	}
	for (const struct mrl_node *server = mrl_node_first(servers);
	     err == MRL_OK && server != NULL; server = mrl_node_after(servers, server)) {
		err = add_server(load, server, &list);
	}
	if (err == MRL_OK && list.count == 0) {
		/* All are broken, which has been said; operations are still looked at. */
		err = mrl_oas_list_add(load, &list, MRL_SLICE_NONE);
	}
	if (err == MRL_OK && list.count > 1) {
		mrl_diagnose(load->diagnostics, MRL_WARNING, "oa-server", servers,
		             "set base_path in the policy if only one is meant",
		             "the servers have %u different paths; every operation is routed below "
		             "each of them",
		             list.count);
	}
	return err == MRL_OK ? mrl_oas_list_end(load, &list, ret_paths) : err;
}
