/* Runs a fuzz target over all files of a folder: seeds and past findings as an ordinary test. */
#include "fuzz.h"

#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>

/* Memory of exactly the file's size, so that a sanitizer sees a read behind it. */
static void replay(const char *path, size_t size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = malloc(size == 0 ? 1 : size);
	FUZZ_CHECK(file != NULL && data != NULL);
	FUZZ_CHECK(fread(data, 1, size, file) == size);
	fclose(file);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
}

static unsigned replay_folder(const char *folder)
{
	unsigned count = 0;
	DIR *directory = opendir(folder);
	FUZZ_CHECK(directory != NULL);
	for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
		char path[PATH_MAX];
		struct stat status;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (stat(path, &status) == 0 && S_ISREG(status.st_mode)) {
			fprintf(stderr, "%s\n", path);
			replay(path, (size_t)status.st_size);
			count++;
		}
	}
	closedir(directory);
	return count;
}

int main(int argc, char **argv)
{
	FUZZ_CHECK(argc == 2);
	unsigned count = replay_folder(argv[1]);
	printf("%u inputs\n", count);
	return count == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
