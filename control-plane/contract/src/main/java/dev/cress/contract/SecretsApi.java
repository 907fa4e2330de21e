package dev.cress.contract;

import java.util.List;

/// What the control plane's REST interface says of secrets; values stand in no answer.
public interface SecretsApi {
    /// A secret whose value a node was told.
    ///
    /// @param version of the value
    record HeldSecret(TenantName tenant, String name, int version) {}

    /// A secret without its value, in `GET /v1/secrets`; the answer to `PUT /v1/secrets/{name}`
    /// (bytes in, `application/octet-stream`). `DELETE /v1/secrets/{name}` takes one away that no
    /// retained deployment names.
    ///
    /// @param version 1, 2, 3 … with each value
    /// @param functions whose retained versions name it
    record SecretInfo(
            TenantName tenant,
            String name,
            int version,
            long updatedAtMs,
            List<FunctionName> functions) {
        /// Bytes of one value.
        public static final int VALUE_BYTES_MAX = 64 << 10;

        public SecretInfo {
            functions = List.copyOf(functions);
        }
    }

    /// `POST /v1/keys/rotate-secrets`: from now on secrets are sealed at rest by this key.
    ///
    /// @param key its id
    /// @param secrets whose keys were sealed anew
    record SecretsKeyRotated(String key, int secrets) {}
}
