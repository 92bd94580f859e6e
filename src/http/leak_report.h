/* What leak_report.c needs of leak_frame.c. */
#ifndef MRL_HTTP_LEAK_REPORT_H
#define MRL_HTTP_LEAK_REPORT_H

#include "http/leak.h"

void mrl_leak_name_set(struct mrl_leak_name *name, struct mrl_slice text);
/* Of a view that the row with this kind has confirmed. */
void mrl_leak_frame_cut(enum mrl_leak_frame_kind kind, const struct mrl_leak_view *view,
                        struct mrl_leak_frame *ret_frame);

#endif
