/* `tls`: certificates by path; what stands in them is checked by who reads the files. */
#include "keys.h"

struct raw {
	const struct mrl_node *certificates;
	bool http3;
};

struct raw_certificate {
	struct mrl_setting cert;
	struct mrl_setting key;
};

static const struct mrl_key certificate_keys[] = {
	{.name = "cert",
         .kind = MRL_KEY_TEXT,
         .min = 1,
         .max = 4096,
         .required = true,
         .meaning = "path of the certificate chain (PEM), from the policy's folder",
         .offset = offsetof(struct raw_certificate, cert)},
	{.name = "key",
         .kind = MRL_KEY_TEXT,
         .min = 1,
         .max = 4096,
         .required = true,
         .meaning = "path of its private key (PEM)",
         .offset = offsetof(struct raw_certificate, key)},
	{0},
};

const struct mrl_key mrl_tls_keys[] = {
	{.name = "certificates",
         .kind = MRL_KEY_OBJECTS,
         .max = 64,
         .keys = certificate_keys,
         .meaning = "certificates with their keys; none: the local authority's",
         .offset = offsetof(struct raw, certificates)},
	{.name = "http3",
         .kind = MRL_KEY_BOOL,
         .fallback = "off",
         .meaning = "HTTP/3 beside HTTP/2, where nginx has it",
         .offset = offsetof(struct raw, http3)},
	{0},
};

static enum mrl_err read_certificates(struct mrl_loader *loader, const struct mrl_node *node)
{
	struct mrl_policy *policy = loader->policy;
	uint32_t count = mrl_node_items(node);
	const struct mrl_node *item = count == 0 ? NULL : mrl_node_first(node);
	void *objects;
	enum mrl_err err = mrl_keys_read_list(loader, certificate_keys, node,
	                                      sizeof(struct raw_certificate), &objects);
	if (err != MRL_OK) {
		return err;
	}
	const struct raw_certificate *raw = objects;
	policy->certificates = MRL_NEW_ARRAY(loader->arena, count, struct mrl_certificate);
	if (policy->certificates == NULL) {
		return MRL_ERR_MEMORY;
	}
	policy->certificate_count = count;
	for (uint32_t i = 0; i < count && err == MRL_OK; i++) {
		struct mrl_certificate *certificate = &policy->certificates[i];
		certificate->node = item;
		err = mrl_loader_path(loader, raw[i].cert.text, &certificate->cert);
		if (err == MRL_OK) {
			err = mrl_loader_path(loader, raw[i].key.text, &certificate->key);
		}
		item = mrl_node_after(node, item);
	}
	return err;
}

enum mrl_err mrl_load_tls(struct mrl_loader *loader, const struct mrl_node *node)
{
	struct raw raw;
	enum mrl_err err = mrl_keys_read(loader, mrl_tls_keys, node, &raw);
	if (err != MRL_OK) {
		return err;
	}
	loader->policy->http3 = raw.http3;
	return read_certificates(loader, raw.certificates);
}
