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

static enum mrl_err take_certificate(struct mrl_loader *loader, const void *values,
                                     const struct mrl_node *node, uint32_t index)
{
	const struct raw_certificate *raw = values;
	struct mrl_certificate *certificate = &loader->policy->certificates[index];
	certificate->node = node;
	loader->policy->certificate_count++;
	enum mrl_err err = mrl_loader_path(loader, raw->cert.text, &certificate->cert);
	return err != MRL_OK ? err : mrl_loader_path(loader, raw->key.text, &certificate->key);
}

static enum mrl_err read_certificates(struct mrl_loader *loader, const struct mrl_node *node)
{
	static const struct mrl_section section = {.keys = certificate_keys,
	                                           .raw_bytes = sizeof(struct raw_certificate),
	                                           .take = take_certificate};
	loader->policy->certificates = MRL_NEW_ARRAY(loader->arena, mrl_node_items(node),
	                                             struct mrl_certificate);
	return loader->policy->certificates == NULL ? MRL_ERR_MEMORY
	                                            : mrl_section_read(loader, &section, node);
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
