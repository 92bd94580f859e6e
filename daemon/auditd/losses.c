/* Calls without a record: what the ledgers count becomes lines within a second. [AUDIT-1] */
#include "auditd.h"

static void put_gap(struct auditd *auditd, const struct mrl_audit_gap *gap, uint64_t now_ms)
{
	mrl_audit_render_gap(gap, &auditd->group);
	group_touched(auditd, now_ms);
}

static void copy_details(const struct mrl_ledger_news *news, struct mrl_audit_gap *gap)
{
	size_t count = 0;
	gap->first_us = news->details.first_us;
	gap->last_us = news->details.last_us;
	memcpy(gap->first_id, news->details.first_id, sizeof(gap->first_id));
	memcpy(gap->last_id, news->details.last_id, sizeof(gap->last_id));
	for (size_t i = 0; i < LEDGER_CELLS; i++) {
		const struct ledger_cell *cell = &news->details.cells[i];
		if (cell->count != 0) {
			gap->ops[count].op_hash = cell->op_hash;
			gap->ops[count++].count = cell->count;
		}
	}
}

/* Status classes and operations are counted an effect, not a reason: they go with a lone reason. */
static void put_news(struct auditd *auditd, const struct slot *slot, enum mrl_audit_effect effect,
                     uint64_t now_ms)
{
	const struct mrl_ledger_news *news = &slot->news[effect - 1];
	size_t reasons = 0;
	for (size_t i = 1; i < MRL_AUDIT_REASON_COUNT; i++) {
		reasons += news->fresh[i] != 0 ? 1 : 0;
	}
	for (size_t i = 1; i < MRL_AUDIT_REASON_COUNT; i++) {
		struct mrl_audit_gap gap = {
			.reason = (enum mrl_audit_reason)i,
			.effect = effect,
			.has_count = true,
			.count = news->fresh[i],
			.total = news->reasons[i],
			.incarnation = slot->incarnation,
		};
		if (news->fresh[i] == 0) {
			continue;
		}
		if (news->has_details) {
			copy_details(news, &gap);
		}
		if (reasons == 1) {
			memcpy(gap.classes, news->fresh_classes, sizeof(gap.classes));
		} else {
			memset(gap.ops, 0, sizeof(gap.ops));
		}
		put_gap(auditd, &gap, now_ms);
	}
}

void losses_look(struct auditd *auditd, struct ring *ring, uint32_t index, uint64_t now_ms)
{
	struct slot *slot = &ring->slots[index];
	for (size_t i = 0; i < 2; i++) {
		enum mrl_audit_effect effect = (enum mrl_audit_effect)(i + 1);
		if (slot->has_news[i] ||
		    !mrl_ledger_look(&ring->file.ring, index, effect, &slot->news[i])) {
			continue;
		}
		slot->has_news[i] = true;
		put_news(auditd, slot, effect, now_ms);
	}
}

void losses_frames(struct auditd *auditd, const struct slot *slot, uint64_t count)
{
	const struct mrl_audit_gap gap = {
		.reason = MRL_AUDIT_DECODE_ERROR,
		.effect = MRL_AUDIT_RECORD_LOST,
		.has_count = true,
		.count = count,
		.incarnation = slot->incarnation,
		.wseq = slot->consumer.at.wseq,
	};
	mrl_audit_render_gap(&gap, &auditd->group);
}
