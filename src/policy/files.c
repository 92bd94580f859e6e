/* Files of a policy: where they are seen from, and which were read. */
#include "loader.h"

enum mrl_err mrl_loader_path(struct mrl_loader *loader, struct mrl_slice path,
                             struct mrl_slice *ret_path)
{
	struct mrl_slice folder = loader->policy->file;
	size_t size;
	while (folder.size > 0 && folder.data[folder.size - 1] != '/') {
		folder.size--;
	}
	if (folder.size == 0 || path.size == 0 || path.data[0] == '/') {
		*ret_path = path;
		return MRL_OK;
	}
	if (!mrl_size_add(folder.size, path.size, &size)) {
		return MRL_ERR_LIMIT;
	}
	struct mrl_buffer whole = mrl_buffer(mrl_arena_alloc(loader->arena, size, 1), size);
	if (whole.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	mrl_buffer_put(&whole, folder);
	mrl_buffer_put(&whole, path);
	*ret_path = mrl_buffer_slice(&whole);
	return MRL_OK;
}

enum mrl_err mrl_loader_note(struct mrl_loader *loader, struct mrl_slice path)
{
	struct mrl_names *files = &loader->policy->files;
	for (uint32_t i = 0; i < files->count; i++) {
		if (mrl_slice_equal(files->items[i], path)) {
			return MRL_OK;
		}
	}
	/* A power of two: the array is full. */
	if ((files->count & (files->count - 1)) == 0) {
		uint32_t room = files->count == 0 ? 1 : files->count * 2;
		struct mrl_slice *items = MRL_NEW_ARRAY(loader->arena, room, struct mrl_slice);
		if (items == NULL) {
			return MRL_ERR_MEMORY;
		}
		for (uint32_t i = 0; i < files->count; i++) {
			items[i] = files->items[i];
		}
		files->items = items;
	}
	enum mrl_err err = mrl_arena_copy(loader->arena, path, &files->items[files->count]);
	files->count += err == MRL_OK ? 1 : 0;
	return err;
}

enum mrl_err mrl_loader_read(void *host, struct mrl_slice path, size_t bytes_max,
                             struct mrl_arena *arena, struct mrl_slice *ret_text)
{
	struct mrl_loader *loader = host;
	const struct mrl_files *files = &loader->options->files;
	enum mrl_err err = mrl_loader_note(loader, path);
	return err != MRL_OK ? err : files->read(files->host, path, bytes_max, arena, ret_text);
}
