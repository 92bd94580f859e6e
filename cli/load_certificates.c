/*
 * The certificates that a policy names, judged before nginx gets them (TLS-1): nginx itself starts
 * with most of what is refused here, and then clients fail one by one.
 */
#include "load.h"
#include "text.h"

#include <merlon/host.h>

#include <inttypes.h>
#include <sys/stat.h>

#define PEM_BYTES_MAX (1U << 20)
#define DAY_S         86400
#define SOON_DAYS     30
#define KEY_FORBIDDEN (S_IROTH | S_IWOTH | S_IWGRP)

static const struct mrl_node *place(const struct mrl_certificate *certificate, const char *key)
{
	const struct mrl_node *node = mrl_node_member(certificate->node, key);
	return node == NULL ? certificate->node : node;
}

static bool read_pem(struct mrl_loading *loading, struct mrl_slice path,
                     const struct mrl_node *node, struct mrl_slice *ret_text)
{
	enum mrl_err err = mrl_file_read(path, PEM_BYTES_MAX, loading->arena, ret_text);
	if (err == MRL_OK) {
		return true;
	}
	mrl_diagnose(&loading->diagnostics, MRL_ERROR, "tls-file", node, NULL, "\"%.*s\": %s",
	             MRL_PRINT(path), mrl_load_reason(loading->arena, err));
	return false;
}

static void check_mode(struct mrl_loading *loading, struct mrl_slice path,
                       const struct mrl_node *node)
{
	struct stat facts;
	const char *name = mrl_text_of(loading->arena, path);
	if (stat(name, &facts) == 0 && (facts.st_mode & KEY_FORBIDDEN) != 0) {
		mrl_diagnose(&loading->diagnostics, MRL_ERROR, "tls-key-file", node,
		             mrl_text(loading->arena, "chmod 600 %s", name),
		             "the key file \"%s\" is readable by others or writable by its group",
		             name);
	}
}

static void report_faults(struct mrl_loading *loading, const struct mrl_certificate *certificate,
                          uint32_t faults)
{
	const uint32_t of_key = MRL_X509_KEY_PEM | MRL_X509_KEY_MATCH;
	for (unsigned i = 0; i < MRL_X509_FAULTS; i++) {
		uint32_t bit = UINT32_C(1) << i;
		bool key = (of_key & bit) != 0;
		const struct mrl_x509_fault_row *row = &mrl_x509_fault_rows[i];
		if ((faults & bit) != 0) {
			mrl_diagnose(
				&loading->diagnostics, MRL_ERROR, row->code,
				place(certificate, key ? "key" : "cert"), row->hint, "\"%.*s\": %s",
				MRL_PRINT(key ? certificate->key : certificate->cert), row->text);
		}
	}
}

static void report_end(struct mrl_loading *loading, const struct mrl_certificate *certificate,
                       int64_t not_after_s)
{
	int64_t left_s = not_after_s - loading->now_s;
	if (left_s >= 0 && left_s < (int64_t)SOON_DAYS * DAY_S) {
		mrl_diagnose(&loading->diagnostics, MRL_WARNING, "tls-expires",
		             place(certificate, "cert"), "renew it",
		             "\"%.*s\": the certificate is valid for %" PRId64 " more days",
		             MRL_PRINT(certificate->cert), left_s / DAY_S);
	}
}

static void check_pair(struct mrl_loading *loading, const struct mrl_certificate *certificate,
                       struct mrl_x509_pair *pair)
{
	struct mrl_x509_report report;
	const struct mrl_node *cert_node = place(certificate, "cert");
	const struct mrl_node *key_node = place(certificate, "key");
	bool has_cert = read_pem(loading, certificate->cert, cert_node, &pair->cert);
	bool has_key = read_pem(loading, certificate->key, key_node, &pair->key);
	if (!has_cert || !has_key) {
		return;
	}
	check_mode(loading, certificate->key, key_node);
	mrl_x509_check(pair, loading->now_s, &report);
	report_faults(loading, certificate, report.faults);
	if (report.faults == 0) {
		report_end(loading, certificate, report.not_after_s);
	}
}

/* TLS-4: what the upstream's certificate is verified with. */
static void read_authorities(struct mrl_loading *loading, const struct mrl_api *api,
                             struct mrl_slice *ret_text)
{
	uint8_t digest[32];
	const struct mrl_node *node = mrl_node_member(api->upstream.node, "ca");
	if (api->upstream.ca.size == 0 || !read_pem(loading, api->upstream.ca, node, ret_text)) {
		return;
	}
	if (mrl_x509_digest(*ret_text, digest) != MRL_OK) {
		mrl_diagnose(&loading->diagnostics, MRL_ERROR, "tls-cert-pem", node,
		             "it has to be PEM", "\"%.*s\": no certificate can be read",
		             MRL_PRINT(api->upstream.ca));
	}
}

static bool covered(const struct mrl_loading *loading, struct mrl_slice host)
{
	for (uint32_t i = 0; i < loading->policy->certificate_count; i++) {
		if (mrl_x509_covers(loading->pairs[i].cert, host)) {
			return true;
		}
	}
	return false;
}

static void check_host(struct mrl_loading *loading, const struct mrl_api *api,
                       struct mrl_slice host)
{
	const struct mrl_node *hosts = mrl_node_member(api->node, "hosts");
	const struct mrl_node *node = hosts == NULL ? api->node : hosts;
	if (loading->policy->certificate_count == 0) {
		if (!mrl_x509_local_name(host)) {
			mrl_diagnose(
				&loading->diagnostics, MRL_ERROR, "tls-local-name", node,
				"name a certificate under tls.certificates; the local authority "
				"signs for localhost, *.test, *.internal and 127.0.0.0/8 only",
				"the host \"%.*s\" has no certificate", MRL_PRINT(host));
		}
		return;
	}
	if (!covered(loading, host)) {
		mrl_diagnose(&loading->diagnostics, MRL_ERROR, "tls-san", node,
		             "the certificate's subjectAltName has to name it",
		             "the host \"%.*s\" is in no certificate", MRL_PRINT(host));
	}
}

static bool serves_tls(const struct mrl_policy *policy)
{
	for (uint32_t i = 0; i < policy->listener_count; i++) {
		if (!policy->listeners[i].plain) {
			return true;
		}
	}
	return false;
}

enum mrl_err mrl_load_certificates(struct mrl_loading *loading)
{
	const struct mrl_policy *policy = loading->policy;
	loading->pairs = mrl_must(
		MRL_NEW_ARRAY(loading->arena, policy->certificate_count + 1, struct mrl_x509_pair));
	loading->authorities = mrl_must(
		MRL_NEW_ARRAY(loading->arena, policy->api_count + 1, struct mrl_slice));
	for (uint32_t i = 0; i < policy->api_count; i++) {
		read_authorities(loading, &policy->apis[i], &loading->authorities[i]);
	}
	uint32_t errors = loading->diagnostics.errors;
	for (uint32_t i = 0; i < policy->certificate_count; i++) {
		check_pair(loading, &policy->certificates[i], &loading->pairs[i]);
	}
	if (loading->diagnostics.errors != errors || !serves_tls(policy)) {
		return MRL_OK;
	}
	for (uint32_t i = 0; i < policy->api_count; i++) {
		for (uint32_t j = 0; j < policy->apis[i].hosts.count; j++) {
			check_host(loading, &policy->apis[i], policy->apis[i].hosts.items[j]);
		}
	}
	return MRL_OK;
}
