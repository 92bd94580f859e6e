/*
 * References against a base (RFC 3986 section 5.2). URIs here come from documents, not from
 * clients; a relative base (a file's name) is as good as an absolute one.
 */
#include "registry.h"

struct uri {
	struct mrl_slice scheme, authority, path, query, fragment; /* no data: not there */
};

static bool is_scheme(struct mrl_slice text)
{
	for (size_t i = 0; i < text.size; i++) {
		uint8_t byte = mrl_lower(text.data[i]);
		bool letter = byte >= 'a' && byte <= 'z';
		if (!letter && (i == 0 || (!mrl_is_digit(byte) && byte != '+' && byte != '-' &&
		                           byte != '.'))) {
			return false;
		}
	}
	return text.size != 0;
}

static size_t first_of(struct mrl_slice text, const char *bytes)
{
	size_t at = 0;
	while (at < text.size && strchr(bytes, text.data[at]) == NULL) {
		at++;
	}
	return at;
}

static struct mrl_slice cut(struct mrl_slice *rest, size_t size)
{
	struct mrl_slice piece = mrl_slice(rest->data, size);
	*rest = mrl_slice(rest->data + size, rest->size - size);
	return piece;
}

static struct uri parse(struct mrl_slice text)
{
	struct uri uri = {.path = MRL_SLICE("")};
	struct mrl_slice rest = text.data == NULL ? MRL_SLICE("") : text;
	size_t end = first_of(rest, ":/?#");
	if (end < rest.size && rest.data[end] == ':' && is_scheme(mrl_slice_sub(rest, 0, end))) {
		uri.scheme = cut(&rest, end);
		(void)cut(&rest, 1);
	}
	if (mrl_slice_starts(rest, MRL_SLICE("//"))) {
		(void)cut(&rest, 2);
		uri.authority = cut(&rest, first_of(rest, "/?#"));
	}
	uri.path = cut(&rest, first_of(rest, "?#"));
	if (rest.size != 0 && rest.data[0] == '?') {
		(void)cut(&rest, 1);
		uri.query = cut(&rest, first_of(rest, "#"));
	}
	if (rest.size != 0) {
		(void)cut(&rest, 1);
		uri.fragment = rest;
	}
	return uri;
}

/* RFC 3986 5.2.4, onto the end of `out`; '/' before `floor` is never taken back. */
static void put_without_dots(struct mrl_buffer *out, struct mrl_slice path)
{
	size_t floor = out->size;
	while (path.size != 0) {
		bool slash = path.data[0] == '/';
		struct mrl_slice rest = mrl_slice_from(path, slash);
		struct mrl_slice segment = mrl_slice_sub(rest, 0, mrl_slice_find(rest, '/'));
		bool last = segment.size == rest.size;
		path = mrl_slice_from(rest, segment.size);
		if (mrl_slice_is(segment, "..")) {
			while (out->size > floor && out->data[--out->size] != '/') {
			}
		} else if (!mrl_slice_is(segment, ".")) {
			mrl_buffer_put(out, slash ? MRL_SLICE("/") : MRL_SLICE(""));
			mrl_buffer_put(out, segment);
			continue;
		}
		if (last && slash) {
			mrl_buffer_byte(out, '/');
		}
	}
}

static void put_path(struct mrl_buffer *out, const struct uri *base, const struct uri *reference)
{
	bool own = reference->scheme.data != NULL || reference->authority.data != NULL;
	struct mrl_slice path = reference->path;
	if (own || (path.size != 0 && path.data[0] == '/')) {
		put_without_dots(out, path);
		return;
	}
	if (path.size == 0) {
		mrl_buffer_put(out, base->path);
		return;
	}
	size_t folder = base->path.size;
	while (folder > 0 && base->path.data[folder - 1] != '/') {
		folder--;
	}
	uint8_t *joined = out->data + out->capacity - folder - path.size - 1;
	size_t size = 0;
	if (folder == 0 && base->authority.data != NULL) {
		joined[size++] = '/';
	}
	memcpy(joined + size, base->path.data, folder);
	size += folder;
	memcpy(joined + size, path.data, path.size);
	put_without_dots(out, mrl_slice(joined, size + path.size));
}

static void put_part(struct mrl_buffer *out, const char *before, struct mrl_slice part,
                     const char *behind)
{
	if (part.data != NULL) {
		mrl_buffer_put(out, mrl_slice_text(before));
		mrl_buffer_put(out, part);
		mrl_buffer_put(out, mrl_slice_text(behind));
	}
}

enum mrl_err mrl_uri_resolve(struct mrl_arena *arena, struct mrl_slice base,
                             struct mrl_slice reference, struct mrl_slice *ret_uri)
{
	size_t capacity = 3 * (base.size + reference.size) + 16;
	struct mrl_buffer out = mrl_buffer(mrl_arena_alloc(arena, capacity, 1), capacity);
	struct uri from = parse(base);
	struct uri to = parse(reference);
	if (out.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	bool absolute = to.scheme.data != NULL;
	bool authority = absolute || to.authority.data != NULL;
	put_part(&out, "", absolute ? to.scheme : from.scheme, ":");
	put_part(&out, "//", authority ? to.authority : from.authority, "");
	put_path(&out, &from, &to);
	bool keeps_query = !authority && to.path.size == 0 && to.query.data == NULL;
	put_part(&out, "?", keeps_query ? from.query : to.query, "");
	put_part(&out, "#", to.fragment, "");
	*ret_uri = mrl_buffer_slice(&out);
	return out.overflow ? MRL_ERR_BUG : MRL_OK;
}

void mrl_uri_split(struct mrl_slice uri, struct mrl_slice *ret_absolute,
                   struct mrl_slice *ret_fragment)
{
	size_t at = mrl_slice_find(uri, '#');
	*ret_absolute = mrl_slice_sub(uri, 0, at);
	*ret_fragment = at < uri.size ? mrl_slice(uri.data + at + 1, uri.size - at - 1)
	                              : MRL_SLICE_NONE;
}
