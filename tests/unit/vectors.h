/* The files of a folder of vectors, one after the other, in the order of their names. */
#ifndef MRL_UNIT_VECTORS_H
#define MRL_UNIT_VECTORS_H

#include <merlon/base.h>

struct vectors {
	const char *folder;
	const char *suffix;
	struct dirent **entries;
	int count;
	int next;
	const char *name;      /* of the current file */
	struct mrl_slice text; /* its bytes */
	uint8_t *memory;
};

void vectors_open(struct vectors *vectors, const char *folder, const char *suffix);
/* False: no more. What the one before gave is gone. */
bool vectors_next(struct vectors *vectors);
void vectors_close(struct vectors *vectors);

#endif
