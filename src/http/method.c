/* Methods by their exact bytes. */
#include <merlon/http.h>

static const struct mrl_slice names[MRL_METHOD_COUNT] = {
	[MRL_METHOD_GET] = MRL_SLICE_INIT("GET"),
	[MRL_METHOD_HEAD] = MRL_SLICE_INIT("HEAD"),
	[MRL_METHOD_POST] = MRL_SLICE_INIT("POST"),
	[MRL_METHOD_PUT] = MRL_SLICE_INIT("PUT"),
	[MRL_METHOD_PATCH] = MRL_SLICE_INIT("PATCH"),
	[MRL_METHOD_DELETE] = MRL_SLICE_INIT("DELETE"),
	[MRL_METHOD_OPTIONS] = MRL_SLICE_INIT("OPTIONS"),
	[MRL_METHOD_QUERY] = MRL_SLICE_INIT("QUERY"),
	[MRL_METHOD_TRACE] = MRL_SLICE_INIT("TRACE"),
	[MRL_METHOD_CONNECT] = MRL_SLICE_INIT("CONNECT"),
};

enum mrl_method mrl_method_of(struct mrl_slice name)
{
	for (unsigned i = MRL_METHOD_GET; i < MRL_METHOD_COUNT; i++) {
		if (names[i].size == name.size && mrl_slice_equal(names[i], name)) {
			return (enum mrl_method)i;
		}
	}
	return MRL_METHOD_OTHER;
}

struct mrl_slice mrl_method_name(enum mrl_method method)
{
	return (unsigned)method < MRL_METHOD_COUNT ? names[method] : MRL_SLICE_NONE;
}
