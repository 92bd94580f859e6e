/* RFC 3986 section 5.2: a reference against a base, both without their fragments. */
#include "inner.h"

struct parts {
	struct mrl_slice scheme, authority, path, query;
	bool has_scheme, has_authority, has_query;
};

static size_t find_any(struct mrl_slice text, const char *bytes)
{
	size_t at = 0;
	while (at < text.size && strchr(bytes, text.data[at]) == NULL) {
		at++;
	}
	return at;
}

static struct parts split(struct mrl_slice uri)
{
	struct parts parts = {0};
	uri = mrl_slice_sub(uri, 0, mrl_slice_find(uri, '#'));
	size_t colon = find_any(uri, ":/?");
	if (colon < uri.size && uri.data[colon] == ':') {
		parts.has_scheme = true;
		parts.scheme = mrl_slice_sub(uri, 0, colon);
		uri = mrl_slice_from(uri, colon + 1);
	}
	if (mrl_slice_starts(uri, MRL_SLICE("//"))) {
		uri = mrl_slice_from(uri, 2);
		parts.has_authority = true;
		parts.authority = mrl_slice_sub(uri, 0, find_any(uri, "/?"));
		uri = mrl_slice_from(uri, parts.authority.size);
	}
	size_t mark = mrl_slice_find(uri, '?');
	parts.has_query = mark < uri.size;
	parts.path = mrl_slice_sub(uri, 0, mark);
	parts.query = mrl_slice_from(uri, mark + 1);
	return parts;
}

/* Section 5.2.4, in place: segments one by one; ".." takes the last one away again. */
static size_t remove_dots(char *path, size_t size)
{
	char out[4096];
	size_t written = 0;
	for (size_t at = 0; at < size;) {
		size_t end = at + 1;
		while (end < size && path[end] != '/') {
			end++;
		}
		bool last = end == size;
		size_t skip = path[at] == '/' ? 1 : 0;
		struct mrl_slice segment = mrl_slice(path + at + skip, end - at - skip);
		bool up = mrl_slice_is(segment, "..");
		while (up && written != 0 && out[--written] != '/') {
		}
		if (!up && !mrl_slice_is(segment, ".")) {
			memcpy(out + written, path + at, end - at);
			written += end - at;
		} else if (last) {
			out[written++] = '/';
		}
		at = end;
	}
	memcpy(path, out, written);
	return written;
}

static void merge(struct mrl_buffer *path, const struct parts *base, struct mrl_slice reference)
{
	if (base->has_authority && base->path.size == 0) {
		MRL_PUT(path, "/");
	}
	size_t keep = base->path.size;
	while (keep != 0 && base->path.data[keep - 1] != '/') {
		keep--;
	}
	mrl_buffer_put(path, mrl_slice_sub(base->path, 0, keep));
	mrl_buffer_put(path, reference);
}

static void put(struct mrl_buffer *uri, const struct parts *parts)
{
	if (parts->has_scheme) {
		mrl_buffer_put(uri, parts->scheme);
		MRL_PUT(uri, ":");
	}
	if (parts->has_authority) {
		MRL_PUT(uri, "//");
		mrl_buffer_put(uri, parts->authority);
	}
	mrl_buffer_put(uri, parts->path);
	if (parts->has_query) {
		MRL_PUT(uri, "?");
		mrl_buffer_put(uri, parts->query);
	}
}

struct mrl_slice naive_uri_resolve(struct mrl_arena *arena, struct mrl_slice base,
                                   struct mrl_slice reference)
{
	char memory[2048], text[4096];
	struct mrl_buffer path = mrl_buffer(memory, sizeof(memory));
	struct mrl_buffer uri = mrl_buffer(text, sizeof(text));
	struct parts from = split(base), to = split(reference), out = to;
	struct mrl_slice copy = MRL_SLICE_NONE;
	if (!to.has_scheme) {
		out.has_scheme = from.has_scheme;
		out.scheme = from.scheme;
		out.has_authority = to.has_authority || from.has_authority;
		out.authority = to.has_authority ? to.authority : from.authority;
		if (!to.has_authority && to.path.size == 0) {
			out.path = from.path;
			out.has_query = to.has_query || from.has_query;
			out.query = to.has_query ? to.query : from.query;
		} else if (!to.has_authority && to.path.data[0] != '/') {
			merge(&path, &from, to.path);
			out.path = mrl_buffer_slice(&path);
		}
	}
	/* Opaque paths (urn:) have no dots to remove. */
	if (out.path.size != 0 && out.path.data[0] == '/' && out.path.size < sizeof(memory)) {
		memmove(memory, out.path.data, out.path.size);
		out.path = mrl_slice(memory, remove_dots(memory, out.path.size));
	}
	put(&uri, &out);
	return mrl_arena_copy(arena, mrl_buffer_slice(&uri), &copy) == MRL_OK ? copy
	                                                                      : MRL_SLICE_NONE;
}
