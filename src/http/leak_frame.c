/*
 * Cuts file, line and function out of a stack trace [ERR-2].
 *
 * What is cut goes into a log, so it is only what a compiler would call a name, where the signature
 * says that one stands; text that a user may have written stands elsewhere [AUDIT-2].
 */
#include "http/leak_report.h"

static bool is_name(uint8_t byte)
{
	return mrl_leak_is_word(byte) || (byte != 0 && strchr(".$<>:-", byte) != NULL);
}

static bool is_file(uint8_t byte)
{
	return mrl_leak_is_word(byte) || (byte != 0 && strchr(".$-", byte) != NULL);
}

static void keep_end(struct mrl_leak_name *name, struct mrl_slice text)
{
	size_t gone = text.size > MRL_LEAK_NAME_MAX ? text.size - MRL_LEAK_NAME_MAX : 0;

	name->size = (uint8_t)(text.size - gone);
	if (name->size > 0) {
		memcpy(name->text, text.data + gone, name->size);
	}
}

/* Of a long name its last parts: they tell methods apart, the first ones name packages. */
void mrl_leak_name_set(struct mrl_leak_name *name, struct mrl_slice text)
{
	while (text.size > 0 && memchr(".:-", text.data[0], 3) != NULL) {
		text = mrl_slice_from(text, 1);
	}
	while (text.size > MRL_LEAK_NAME_MAX && mrl_slice_find(text, '.') + 1 < text.size) {
		text = mrl_slice_from(text, mrl_slice_find(text, '.') + 1);
	}
	keep_end(name, text);
}

/* The run of a class that ends at `end`. */
static struct mrl_slice name_before(const struct mrl_leak_view *view, size_t end,
                                    bool (*class)(uint8_t))
{
	size_t start = end;

	while (start > 0 && class(view->text[start - 1])) {
		start--;
	}
	return mrl_slice(view->text + start, end - start);
}

/* The run of names from `start` on, without punctuation at its end. */
static struct mrl_slice name_after(const struct mrl_leak_view *view, size_t start)
{
	size_t end = start;

	while (end < view->size && is_name(view->text[end])) {
		end++;
	}
	while (end > start && (view->text[end - 1] == ':' || view->text[end - 1] == '.')) {
		end--;
	}
	return mrl_slice(view->text + start, end - start);
}

/* Where the line that holds `at` begins. */
static size_t line_start(const struct mrl_leak_view *view, size_t at)
{
	while (at > 0 && view->text[at - 1] != '\n') {
		at--;
	}
	return at;
}

/* The place behind `text` in [from, to), or `to`. */
static size_t behind(const struct mrl_leak_view *view, size_t from, size_t to, const char *text)
{
	struct mrl_slice wanted = mrl_slice_text(text);
	struct mrl_slice part = mrl_slice(view->text + from, to > from ? to - from : 0);
	size_t found = mrl_slice_find_text(part, wanted);

	return found + wanted.size > part.size ? to : from + found + wanted.size;
}

/* Behind the digits at `at`. */
static size_t digits_end(const struct mrl_leak_view *view, size_t at)
{
	while (at < view->size && mrl_is_digit(view->text[at])) {
		at++;
	}
	return at;
}

static uint32_t number_at(const struct mrl_leak_view *view, size_t at)
{
	size_t end = digits_end(view, at);
	uint64_t number = 0;

	end = end - at > 9 ? at + 9 : end;
	return mrl_parse_u64(mrl_slice(view->text + at, end - at), &number) ? (uint32_t)number : 0;
}

/* `.java` of the anchor `.java:`. */
static size_t suffix_end(const struct mrl_leak_view *view)
{
	size_t end = view->start + 1;

	while (end < view->end && mrl_leak_is_letter(view->text[end])) {
		end++;
	}
	return end;
}

static struct mrl_slice jvm_function(const struct mrl_leak_view *view)
{
	struct mrl_slice file = name_before(view, view->start, is_file);
	size_t open = view->start - file.size;

	return open == 0 ? MRL_SLICE_NONE : name_before(view, open - 1, is_name);
}

/* Behind `word` if it stands at `at`, else `at`. */
static size_t skip(const struct mrl_leak_view *view, size_t at, const char *word)
{
	struct mrl_slice wanted = mrl_slice_text(word);
	struct mrl_slice rest = mrl_slice(view->text + at, view->size - at);

	return mrl_slice_starts(rest, wanted) ? at + wanted.size : at;
}

/* `at NAME (` of Node.js, `at NAME(` of .NET; nothing where `at` is followed by the place itself.
 */
static struct mrl_slice at_function(const struct mrl_leak_view *view)
{
	size_t at = behind(view, line_start(view, view->start), view->start, "at ");
	struct mrl_slice name = name_after(view, skip(view, skip(view, at, "async "), "new "));
	size_t end = (size_t)(name.data - view->text) + name.size;

	while (end < view->start && view->text[end] == ' ') {
		end++;
	}
	return end < view->start && view->text[end] == '(' ? name : MRL_SLICE_NONE;
}

static struct mrl_slice python_function(const struct mrl_leak_view *view)
{
	size_t line = digits_end(view, view->end);
	size_t at = skip(view, line, ", in ");

	return at == line ? MRL_SLICE_NONE : name_after(view, at);
}

/* `#0 /app/x.php(12): App\Job->run(`: behind the last namespace. */
static struct mrl_slice php_function(const struct mrl_leak_view *view)
{
	size_t at = digits_end(view, view->end) + 3;
	struct mrl_slice name = name_after(view, at < view->size ? at : view->size);
	size_t end = at + name.size;

	while (name.size > 0 && end < view->size && view->text[end] == '\\') {
		name = name_after(view, end + 1);
		end += 1 + name.size;
	}
	return end < view->size && view->text[end] == '(' ? name : MRL_SLICE_NONE;
}

/* ":in `show'", ":in 'Order#show'": behind the class. */
static struct mrl_slice ruby_function(const struct mrl_leak_view *view)
{
	size_t at = digits_end(view, view->end) + 5;
	struct mrl_slice name = name_after(view, at < view->size ? at : view->size);
	size_t end = at + name.size;

	return end < view->size && view->text[end] == '#' ? name_after(view, end + 1) : name;
}

/* Go names the function in the line before: `main.handler(0xc000...`. */
static struct mrl_slice go_function(const struct mrl_leak_view *view)
{
	size_t line = line_start(view, view->start);
	size_t before = line_start(view, line > 0 ? line - 1 : 0);
	struct mrl_slice text = mrl_slice(view->text + before, line - before);
	size_t open = text.size;

	while (open > 0 && text.data[open - 1] != '(') {
		open--;
	}
	return open == 0 ? MRL_SLICE_NONE : name_before(view, before + open - 1, is_name);
}

/* `   2: app::handler` stands before `at ./src/main.rs:4:5`. */
static struct mrl_slice rust_function(const struct mrl_leak_view *view)
{
	size_t line = line_start(view, view->start);
	size_t before = line_start(view, line > 0 ? line - 1 : 0);
	size_t at = behind(view, before, line, ": ");

	return at == line ? MRL_SLICE_NONE : name_after(view, at);
}

/* `lib/x.ex:12: Shop.Cart.total/1` */
static struct mrl_slice elixir_function(const struct mrl_leak_view *view)
{
	size_t at = digits_end(view, view->end) + 2;

	return at < view->size ? name_after(view, at) : MRL_SLICE_NONE;
}

/* `{cart,total,1,[{file,"src/cart.erl"},{line,12}]}` */
static struct mrl_slice erlang_function(const struct mrl_leak_view *view)
{
	size_t at = view->start;

	while (at > 0 && view->text[at - 1] != '[') {
		at--;
	}
	for (unsigned commas = 0; at > 0 && commas < 2; at--) {
		commas += view->text[at - 1] == ',';
	}
	return at == 0 ? MRL_SLICE_NONE : name_before(view, at, is_name);
}

/* `#1 0x4f in main /src/shop.c:12:3` */
static struct mrl_slice native_file(const struct mrl_leak_view *view, size_t *ret_line_at)
{
	size_t at = view->end;

	while (at < view->size && view->text[at] != '\n' && view->text[at] != ':') {
		at++;
	}
	*ret_line_at = at < view->size ? at + 1 : view->size;
	return at < view->size && view->text[at] == ':' ? name_before(view, at, is_file)
	                                                : MRL_SLICE_NONE;
}

static struct mrl_slice function_of(enum mrl_leak_frame_kind kind, const struct mrl_leak_view *view)
{
	switch (kind) {
	case MRL_LEAK_FRAME_JVM: return jvm_function(view);
	case MRL_LEAK_FRAME_DOTNET:
	case MRL_LEAK_FRAME_NODE: return at_function(view);
	case MRL_LEAK_FRAME_PYTHON: return python_function(view);
	case MRL_LEAK_FRAME_PHP: return php_function(view);
	case MRL_LEAK_FRAME_RUBY: return ruby_function(view);
	case MRL_LEAK_FRAME_GO: return go_function(view);
	case MRL_LEAK_FRAME_RUST: return rust_function(view);
	case MRL_LEAK_FRAME_ELIXIR: return elixir_function(view);
	case MRL_LEAK_FRAME_ERLANG: return erlang_function(view);
	case MRL_LEAK_FRAME_NATIVE: return MRL_SLICE("main");
	case MRL_LEAK_FRAME_PHP_LINE:
	case MRL_LEAK_FRAME_NONE: break;
	}
	return MRL_SLICE_NONE;
}

/* The file's name, and where its line number begins. */
static struct mrl_slice file_of(enum mrl_leak_frame_kind kind, const struct mrl_leak_view *view,
                                size_t *ret_line_at)
{
	bool tagged;

	*ret_line_at = view->end;
	switch (kind) {
	case MRL_LEAK_FRAME_PYTHON:
		return view->start == 0 ? MRL_SLICE_NONE
		                        : name_before(view, view->start - 1, is_file);
	case MRL_LEAK_FRAME_ERLANG:
		return view->start < 3 ? MRL_SLICE_NONE
		                       : name_before(view, view->start - 3, is_file);
	case MRL_LEAK_FRAME_PHP_LINE:
		tagged = view->start >= 4 && view->text[view->start - 1] == '>';
		*ret_line_at += view->end < view->size && view->text[view->end] == '<' ? 3 : 0;
		return name_before(view, view->start - (tagged ? 4 : 0), is_file);
	case MRL_LEAK_FRAME_NATIVE: return native_file(view, ret_line_at);
	case MRL_LEAK_FRAME_NONE:
	case MRL_LEAK_FRAME_JVM:
	case MRL_LEAK_FRAME_DOTNET:
	case MRL_LEAK_FRAME_NODE:
	case MRL_LEAK_FRAME_PHP:
	case MRL_LEAK_FRAME_RUBY:
	case MRL_LEAK_FRAME_GO:
	case MRL_LEAK_FRAME_RUST:
	case MRL_LEAK_FRAME_ELIXIR: break;
	}
	return name_before(view, suffix_end(view), is_file);
}

void mrl_leak_frame_cut(enum mrl_leak_frame_kind kind, const struct mrl_leak_view *view,
                        struct mrl_leak_frame *ret_frame)
{
	size_t line_at;
	struct mrl_leak_frame frame = {.line = 0};

	keep_end(&frame.file, file_of(kind, view, &line_at));
	mrl_leak_name_set(&frame.function, function_of(kind, view));
	frame.line = number_at(view, line_at);
	*ret_frame = frame;
}
