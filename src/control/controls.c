/* The table of controls in order of evaluation; controls.def is its one source. */
#include "control.h"

const struct mrl_control *const mrl_controls[MRL_CONTROL_COUNT] = {
#define MRL_CONTROL(name) [MRL_CONTROL_##name] = &mrl_control_##name,
#include <merlon/controls.def>
#undef MRL_CONTROL
};
