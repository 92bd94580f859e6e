/*
 * The declarative reader: rows of struct mrl_key drive the reading of a mapping into a struct, and
 * what is wrong is told with position, range and the nearest valid key.
 */
#ifndef MRL_POLICY_KEYS_H
#define MRL_POLICY_KEYS_H

#include "loader.h"

/*
 * Reads `node` into `ret_object`: defaults for keys that are not there. A finding leaves the
 * default too, so that the caller can go on with what is right. `node` may be NULL: defaults only.
 */
MRL_CHECKED enum mrl_err mrl_keys_read(struct mrl_loader *loader, const struct mrl_key *keys,
                                       const struct mrl_node *node, void *ret_object);

/* One value, or the default where `node` is NULL. */
MRL_CHECKED enum mrl_err mrl_key_read(struct mrl_loader *loader, const struct mrl_key *key,
                                      const struct mrl_node *node, void *object);

/* That all names are in `keys` or in `also` (each may be NULL) and the required ones are there.
 * False: `node` is no mapping, and that was told. */
bool mrl_keys_check(struct mrl_loader *loader, const struct mrl_key *keys,
                    const struct mrl_key *also, const struct mrl_node *node);

/* A section that is a list of mappings. */
struct mrl_section {
	const struct mrl_key *keys;
	size_t raw_bytes; /* of what the keys read into */
	/* Takes one: `raw` holds its values for the time of the call. */
	enum mrl_err (*take)(struct mrl_loader *loader, const void *raw,
	                     const struct mrl_node *node, uint32_t index);
};

/* Reads and takes each mapping of `node` (NULL: none), up to the first failure of ours. */
MRL_CHECKED enum mrl_err mrl_section_read(struct mrl_loader *loader,
                                          const struct mrl_section *section,
                                          const struct mrl_node *node);

static inline uint32_t mrl_node_items(const struct mrl_node *node)
{
	return node == NULL ? 0 : node->count;
}

/* [a-z][a-z0-9-]{0,23}, or a finding at the setting. */
#define MRL_NAME_PATTERN "^[a-z][a-z0-9-]{0,23}$"
bool mrl_name_check(struct mrl_loader *loader, const struct mrl_setting *name);

/* A hint of bounded size for mrl_diagnose; parts that do not fit are left out. */
struct mrl_hint {
	char text[256];
};
/* `did you mean "x"?`, or `one of: a, b, c`. */
const char *mrl_hint_nearest(struct mrl_hint *hint, struct mrl_slice name, const char *const *names,
                             size_t count);
const char *mrl_hint_around(struct mrl_hint *hint, const char *before, struct mrl_slice middle,
                            const char *after);
/* "FILE:LINE:COLUMN", where the other of two stands. */
const char *mrl_hint_place(struct mrl_hint *hint, const struct mrl_node *node);

#endif
