package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonInclude;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Bodies of the control plane's REST interface under `/v1`. Errors are [Problem]s.
public interface Api {
    /// Bytes of one module.
    int MODULE_BYTES_MAX = 50 << 20;

    /// Items of one [Page]: `?limit=`, and what it is when it isn't said.
    int LIST_MAX = 1_000;

    int LIST_DEFAULT = 100;

    /// A stored module: `POST /v1/modules?abi=auto` (bytes in, `application/wasm`), `GET
    /// /v1/modules`.
    ///
    /// An upload may say the entry convention that the module is meant for; one that shows several
    /// must.
    ///
    /// @param abi the entry convention that it was checked for
    record ModuleInfo(Sha256 sha256, long bytes, String abi, long createdAtMs) {}

    /// A stored archive of files: `POST /v1/assets` (bytes in, `application/zip`), `GET
    /// /v1/assets/{sha256}` for its bytes. A version's manifest names it ([Bundle]).
    record BundleInfo(Sha256 sha256, long bytes, int files, long createdAtMs) {}

    /// `POST /v1/functions/{name}/versions`: the version is made and deployed, or neither.
    ///
    /// @param basisPoints the share of the traffic to send to it, as in [NewDeployment], or null to
    ///     deploy it later
    record NewVersion(Sha256 module, Manifest manifest, @Nullable Integer basisPoints) {}

    /// Its answer: 201 when something changed, else 200.
    ///
    /// @param unchanged the newest version has the same module and manifest, and is this one
    /// @param deployed null when nothing was to be deployed
    record VersionCreated(Version version, boolean unchanged, @Nullable Deployed deployed) {}

    /// `POST /v1/functions/{name}/deployments`: send this share of the traffic to this version, the
    /// rest to the version that is stable now. All of it makes the version stable.
    record NewDeployment(int version, int basisPoints) {}

    /// `POST /v1/functions/{name}/rollback`: to this version, or, when it is null, to what had all
    /// of the traffic before: under a canary the stable version, else the last fully promoted
    /// deployment of another version.
    record Rollback(@Nullable Integer version) {}

    /// A deployment that is durable, and the revision that made it so.
    record Deployed(
            FunctionName function, Deployment deployment, long revision, boolean unchanged) {}

    /// Each of `GET /v1/functions`.
    ///
    /// @param deployment null as long as no version was deployed
    record FunctionSummary(FunctionName name, @Nullable Deployment deployment) {}

    /// `GET /v1/functions/{name}`.
    ///
    /// @param deployment null as long as no version was deployed
    /// @param versions the newest 20, newest first
    /// @param deployments the newest 20, newest first
    record FunctionInfo(
            FunctionName name,
            @Nullable Deployment deployment,
            List<Version> versions,
            List<Deployment> deployments) {
        public FunctionInfo {
            versions = List.copyOf(versions);
            deployments = List.copyOf(deployments);
        }
    }

    /// `DELETE /v1/functions/{name}`. The name may be used again; the numbers of its versions and
    /// deployments go on, so that a number never means two things.
    record Deleted(FunctionName function, long revision) {}

    /// `GET /v1/functions/{name}/rollout`: how far the newest deployment is on each node that
    /// should have it.
    record Rollout(FunctionName function, int deployment, List<OnNode> nodes) {
        public Rollout {
            nodes = List.copyOf(nodes);
        }

        /// One node's part.
        ///
        /// @param state `serving`, `pending`, `failed` or `offline`
        /// @param reason why it failed, else empty
        public record OnNode(String node, String region, String state, String reason) {}
    }

    /// A node in `GET /v1/nodes`. `DELETE /v1/nodes/{name}` forgets one that is gone for good.
    ///
    /// @param revision the last one that the node recorded
    /// @param lastSeenMs ms since the epoch
    record NodeStatus(
            NodeInfo node,
            boolean connected,
            boolean draining,
            long revision,
            long lastSeenMs,
            List<VersionOnNode> versions) {
        public NodeStatus {
            versions = List.copyOf(versions);
        }
    }

    /// A version as staged on a node.
    record VersionOnNode(FunctionName function, int version, StagingState state, String reason) {}

    /// `GET /v1/status`.
    ///
    /// @param build the control plane's Cress version
    record FleetStatus(
            String build,
            Position position,
            int routersConnected,
            List<NodeStatus> nodes,
            List<FunctionSummary> functions) {
        public FleetStatus {
            nodes = List.copyOf(nodes);
            functions = List.copyOf(functions);
        }
    }

    /// `POST /v1/tokens`. Scopes of the fleet's tokens: `operator` (everything), `join` (nodes and
    /// routers), `metrics`; of a tenant's: `deploy` (modules, functions, logs, status), `read`
    /// (status, lists).
    ///
    /// @param tenant whose token it is, or null: `default` where the scope is a tenant's
    /// @param expiresInS s from now on that it is good for, or null for ever
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record NewToken(
            String name, String scope, @Nullable TenantName tenant, @Nullable Long expiresInS) {
        /// The longest that a token may be given, in s: ten years.
        public static final long EXPIRES_IN_S_MAX = 10 * 366 * 86_400L;

        /// One that is good until it is revoked, of the tenant `default` if it is a tenant's.
        public NewToken(String name, String scope) {
            this(name, scope, null, null);
        }
    }

    /// A token without its secret, in `GET /v1/tokens`; `DELETE /v1/tokens/{id}` revokes it.
    ///
    /// @param tenant null for a token of the fleet
    /// @param expiresAtMs ms since the epoch, or null
    /// @param lastUsedMs ms since the epoch, to the minute, or null as long as nobody used it
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record TokenInfo(
            String id,
            String name,
            String scope,
            @Nullable TenantName tenant,
            long createdAtMs,
            @Nullable Long expiresAtMs,
            @Nullable Long lastUsedMs) {}

    /// The answer to [NewToken]: the only time that the secret is shown.
    record TokenCreated(TokenInfo info, String token) {}

    /// `POST /v1/tenants`.
    ///
    /// @param quota what it may use, or null for [Quota#DEFAULT]
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record NewTenant(TenantName name, @Nullable Quota quota) {}

    /// A tenant, in `GET /v1/tenants` and `GET /v1/tenants/{tenant}`; `PUT
    /// /v1/tenants/{tenant}/quota` with a [Quota] gives it another, `DELETE` takes one away that
    /// has no functions.
    record TenantInfo(TenantName name, Quota quota, Usage usage, long createdAtMs) {}

    /// What a tenant has now.
    record Usage(int functions, long storageBytes) {}

    /// Each of `GET /v1/audit`: a change, made in the same transaction as this entry, or an attempt
    /// that was refused.
    ///
    /// @param id rises with each entry
    /// @param atMs ms since the epoch, by the database's clock
    /// @param token the id of the token that asked, empty if there was none
    /// @param tenant whose things it was about, or null for the fleet's
    /// @param operation the method and the path's template
    /// @param thing what stands in the path, empty if nothing does
    /// @param outcome `done`, or the problem's code; `dropped` in an entry that stands for refused
    ///     attempts that came too fast
    /// @param revision of the log that the change made, 0 if nodes needn't know of it
    /// @param requestId the caller's `x-request-id`, or one that was made for it
    /// @param count attempts that the entry stands for
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record AuditEntry(
            long id,
            long atMs,
            String token,
            String tokenName,
            @Nullable TenantName tenant,
            String operation,
            String thing,
            String outcome,
            long revision,
            String requestId,
            String address,
            long count) {}

    /// A list of something, or part of it: then the answer's `link` header says where it goes on
    /// (RFC 8288, `rel="next"`).
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Page<T>(List<T> items) {
        public Page {
            items = List.copyOf(items);
        }
    }
}
