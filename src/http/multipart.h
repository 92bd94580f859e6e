/* A part's head, for the parser of multipart bodies. */
#ifndef MRL_HTTP_MULTIPART_H
#define MRL_HTTP_MULTIPART_H

#include <merlon/http.h>

struct mrl_part_head {
	size_t at; /* where it starts; then where its content starts, or where the fault is */
	enum mrl_multipart_fault fault;
};

/* The fields of the part up to its blank line. */
MRL_CHECKED enum mrl_err mrl_part_head_read(const struct mrl_multipart_limits *limits,
                                            struct mrl_slice body, struct mrl_arena *arena,
                                            struct mrl_part *part, struct mrl_part_head *head);

#endif
