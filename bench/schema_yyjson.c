/* With yyjson. */
#include "schema_yyjson.h"

#include <yyjson.h>

bool bench_yyjson_there(void)
{
	return true;
}

bool bench_yyjson_read(struct mrl_slice text)
{
	yyjson_doc *document = yyjson_read((const char *)text.data, text.size, 0);
	yyjson_doc_free(document);
	return document != NULL;
}
