/*
 * Green, amber or red. Red means that no call is let in, so only what keeps records from becoming
 * durable may cause it: no space, or three failures within a minute. It ends when no cause was seen
 * for a second. Amber costs latency only: larger groups. [AUDIT-1]
 */
#include "auditd.h"

#define ERRORS_SPAN_MS 60000
#define CALM_MS        1000
#define SYNCS_SPAN_MS  10000
#define SLOW_MS        50

void health_failed(struct health *health, enum mrl_err err, uint64_t now_ms)
{
	health->full = err == MRL_ERR_FULL;
	health->errors_ms[2] = health->errors_ms[1];
	health->errors_ms[1] = health->errors_ms[0];
	health->errors_ms[0] = now_ms;
	if (health->full) {
		health->reason = MRL_AUDIT_DISK_FULL;
		health->bad_ms = now_ms;
		return;
	}
	if (health->errors_ms[2] != 0 && now_ms - health->errors_ms[2] <= ERRORS_SPAN_MS) {
		health->reason = MRL_AUDIT_IO_ERROR;
		health->bad_ms = now_ms;
	}
}

void health_synced(struct health *health, uint64_t spent_ms, uint64_t now_ms)
{
	health->full = false;
	if (now_ms - health->span_ms > SYNCS_SPAN_MS) {
		/* the 99th percentile of the span that ends is over the limit */
		health->slow = (uint64_t)health->slow_syncs * 100 > health->syncs;
		health->span_ms = now_ms;
		health->syncs = 0;
		health->slow_syncs = 0;
	}
	health->syncs++;
	health->slow_syncs += spent_ms > SLOW_MS ? 1 : 0;
}

enum ring_state health_judge(struct health *health, bool filled, uint64_t now_ms)
{
	enum ring_state state = filled || health->slow ? RING_AMBER : RING_GREEN;
	if (health->full || (health->bad_ms != 0 && now_ms - health->bad_ms < CALM_MS)) {
		state = RING_RED;
	}
	if (state != health->state) {
		static const char *const names[] = {"green", "amber", "red"};
		daemon_log(AUDITD_NAME, "state %s%s%s", names[state], state == RING_RED ? ": " : "",
		           state == RING_RED ? mrl_audit_reason_name(health->reason) : "");
	}
	health->state = state;
	return state;
}
