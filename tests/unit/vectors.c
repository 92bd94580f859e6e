/* See vectors.h. */
#include "vectors.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

static void stop(const char *what, const char *name)
{
	fprintf(stderr, "%s: %s\n", what, name);
	abort();
}

void vectors_open(struct vectors *vectors, const char *folder, const char *suffix)
{
	*vectors = (struct vectors){.folder = folder, .suffix = suffix};
	vectors->count = scandir(folder, &vectors->entries, NULL, alphasort);
	if (vectors->count < 0) {
		stop("cannot be listed", folder);
	}
}

static void read_file(struct vectors *vectors)
{
	char path[4096];
	size_t capacity = 1U << 20;
	snprintf(path, sizeof(path), "%s/%s", vectors->folder, vectors->name);
	FILE *file = fopen(path, "rb");
	vectors->memory = malloc(capacity);
	if (file == NULL || vectors->memory == NULL) {
		stop("cannot be read", path);
		return;
	}
	size_t size = fread(vectors->memory, 1, capacity, file);
	fclose(file);
	if (size == capacity) {
		stop("is too large", path);
	}
	vectors->text = mrl_slice(vectors->memory, size);
}

bool vectors_next(struct vectors *vectors)
{
	free(vectors->memory);
	vectors->memory = NULL;
	while (vectors->next < vectors->count) {
		vectors->name = vectors->entries[vectors->next++]->d_name;
		if (mrl_slice_ends(mrl_slice_text(vectors->name),
		                   mrl_slice_text(vectors->suffix))) {
			read_file(vectors);
			return true;
		}
	}
	return false;
}

void vectors_close(struct vectors *vectors)
{
	free(vectors->memory);
	for (int i = 0; i < vectors->count; i++) {
		free(vectors->entries[i]);
	}
	free(vectors->entries);
}
