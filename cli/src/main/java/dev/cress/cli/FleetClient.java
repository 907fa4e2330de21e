package dev.cress.cli;

import com.fasterxml.jackson.core.type.TypeReference;

import dev.cress.contract.Api;
import dev.cress.contract.Json;
import dev.cress.contract.Quota;
import dev.cress.contract.SecretsApi;
import dev.cress.contract.TenantName;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;

/// The control plane's interface for operators: tenants, members, keys, secrets and the audit log.
record FleetClient(ControlClient client) {
    private static final TypeReference<Api.Page<Api.AuditEntry>> AUDIT = new TypeReference<>() {};
    private static final TypeReference<Api.Page<Api.TenantInfo>> TENANTS = new TypeReference<>() {};
    private static final TypeReference<Api.Page<SecretsApi.SecretInfo>> SECRETS =
            new TypeReference<>() {};
    private static final TypeReference<Api.Page<Api.MemberInfo>> MEMBERS = new TypeReference<>() {};

    /// The newest entries of the audit log.
    List<Api.AuditEntry> audit(int count) {
        return client.page("/v1/audit?limit=" + count, AUDIT);
    }

    List<Api.TenantInfo> tenants() {
        return client.list("/v1/tenants", TENANTS);
    }

    Api.TenantInfo tenant(TenantName name) {
        return client.get("/v1/tenants/" + name, Api.TenantInfo.class);
    }

    Api.TenantInfo createTenant(TenantName name, Quota quota) {
        return client.post("/v1/tenants", new Api.NewTenant(name, quota), Api.TenantInfo.class);
    }

    Api.TenantInfo putQuota(TenantName name, Quota quota) {
        return client.send(
                "PUT",
                "/v1/tenants/%s/quota".formatted(name),
                BodyPublishers.ofString(Json.write(quota)),
                "application/json",
                Api.TenantInfo.class);
    }

    void deleteTenant(TenantName name) {
        client.send("DELETE", "/v1/tenants/" + name);
    }

    Api.JoinTokenCreated createJoinToken(Api.NewJoinToken asked) {
        return client.post("/v1/join-tokens", asked, Api.JoinTokenCreated.class);
    }

    List<Api.MemberInfo> members() {
        return client.list("/v1/members", MEMBERS);
    }

    Api.MemberRemoved removeMember(String name) {
        return client.send(
                "DELETE",
                "/v1/members/" + name,
                BodyPublishers.noBody(),
                "",
                Api.MemberRemoved.class);
    }

    Api.KeyRotated rotateKeys() {
        return client.send(
                "POST", "/v1/keys/rotate", BodyPublishers.noBody(), "", Api.KeyRotated.class);
    }

    Api.Collected collect(long olderThanS) {
        return client.post("/v1/store/collect", new Api.Collect(olderThanS), Api.Collected.class);
    }

    SecretsApi.SecretsKeyRotated rotateSecretsKey() {
        return client.send(
                "POST",
                "/v1/keys/rotate-secrets",
                BodyPublishers.noBody(),
                "",
                SecretsApi.SecretsKeyRotated.class);
    }

    List<SecretsApi.SecretInfo> secrets() {
        return client.list("/v1/secrets", SECRETS);
    }

    SecretsApi.SecretInfo putSecret(String name, byte[] value) {
        return client.send(
                "PUT",
                "/v1/secrets/" + name,
                BodyPublishers.ofByteArray(value),
                "application/octet-stream",
                SecretsApi.SecretInfo.class);
    }

    void deleteSecret(String name) {
        client.send("DELETE", "/v1/secrets/" + name);
    }

    void drainNode(String name) {
        client.send("POST", "/v1/nodes/" + name + "/drain");
    }
}
