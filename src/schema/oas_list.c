/* Lists of texts that grow in the scratch arena. */
#include "oas.h"

struct mrl_oas_item {
	struct mrl_oas_item *next;
	struct mrl_slice text;
};

enum mrl_err mrl_oas_list_add(struct mrl_oas_load *load, struct mrl_oas_list *list,
                              struct mrl_slice text)
{
	struct mrl_oas_item *item = MRL_NEW(&load->scratch, struct mrl_oas_item);
	if (item == NULL) {
		return MRL_ERR_MEMORY;
	}
	item->text = text;
	if (list->last == NULL) {
		list->first = item;
	} else {
		list->last->next = item;
	}
	list->last = item;
	list->count++;
	return MRL_OK;
}

bool mrl_oas_list_has(const struct mrl_oas_list *list, struct mrl_slice text)
{
	for (const struct mrl_oas_item *item = list->first; item != NULL; item = item->next) {
		if (mrl_slice_equal(item->text, text)) {
			return true;
		}
	}
	return false;
}

enum mrl_err mrl_oas_list_add_once(struct mrl_oas_load *load, struct mrl_oas_list *list,
                                   struct mrl_slice text)
{
	return mrl_oas_list_has(list, text) ? MRL_OK : mrl_oas_list_add(load, list, text);
}

enum mrl_err mrl_oas_list_end(struct mrl_oas_load *load, const struct mrl_oas_list *list,
                              struct mrl_names *ret_names)
{
	struct mrl_names names = {0};
	if (list->count != 0) {
		names.items = MRL_NEW_ARRAY(load->arena, list->count, struct mrl_slice);
		if (names.items == NULL) {
			return MRL_ERR_MEMORY;
		}
	}
	for (const struct mrl_oas_item *item = list->first; item != NULL; item = item->next) {
		names.items[names.count++] = item->text;
	}
	*ret_names = names;
	return MRL_OK;
}

enum mrl_err mrl_oas_lower(struct mrl_oas_load *load, struct mrl_slice text,
                           struct mrl_slice *ret_lower)
{
	uint8_t *data = mrl_arena_alloc(load->arena, text.size, 1);
	if (data == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (size_t i = 0; i < text.size; i++) {
		data[i] = mrl_lower(text.data[i]);
	}
	*ret_lower = mrl_slice(data, text.size);
	return MRL_OK;
}
