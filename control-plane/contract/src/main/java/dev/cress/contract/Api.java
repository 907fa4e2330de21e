package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
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
    /// @param rollout how it gets all of the traffic step by step, instead of a share; the first
    ///     version of a function gets all at once
    record NewVersion(
            Sha256 module,
            Manifest manifest,
            @Nullable Integer basisPoints,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable RolloutPlan rollout) {
        @JsonCreator
        public NewVersion {}

        /// One without a plan.
        public NewVersion(Sha256 module, Manifest manifest, @Nullable Integer basisPoints) {
            this(module, manifest, basisPoints, null);
        }
    }

    /// Its answer: 201 when something changed, else 200.
    ///
    /// @param unchanged the newest version has the same module and manifest, and is this one
    /// @param deployed null when nothing was to be deployed
    record VersionCreated(Version version, boolean unchanged, @Nullable Deployed deployed) {}

    /// Functions of one [Plan].
    int PLAN_FUNCTIONS_MAX = 100;

    /// `POST /v1/apply`: a version of each of these functions, all made and deployed in one
    /// revision, or none. At most [#PLAN_FUNCTIONS_MAX], each once.
    record Plan(List<Item> functions) {
        public Plan {
            functions = functions == null ? List.of() : List.copyOf(functions);
        }

        /// One function's part.
        ///
        /// @param name `NAME`, the caller's, or `NAME.TENANT`
        /// @param manifest null for all defaults
        /// @param rollout as in [NewVersion], or null for all of the traffic at once
        public record Item(
                String name,
                Sha256 module,
                @Nullable Manifest manifest,
                @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable RolloutPlan rollout) {}
    }

    /// Its answer: 201 when something changed, else 200.
    ///
    /// @param functions in the plan's order
    record Applied(List<VersionCreated> functions) {
        public Applied {
            functions = List.copyOf(functions);
        }
    }

    /// `POST /v1/functions/{name}/deployments`: send this share of the traffic to this version, the
    /// rest to the version that is stable now. All of it makes the version stable.
    ///
    /// @param basisPoints missing where there is a plan
    /// @param rollout how it gets all of the traffic step by step, instead of a share
    record NewDeployment(
            int version,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer basisPoints,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable RolloutPlan rollout) {
        @JsonCreator
        public NewDeployment {}

        /// One without a plan.
        public NewDeployment(int version, int basisPoints) {
            this(version, basisPoints, null);
        }
    }

    /// A function's newest rollout by a plan.
    ///
    /// @param id as in [Deployment]
    /// @param version that gets the traffic
    /// @param stable that had it before
    /// @param step 1 for the plan's first
    /// @param deployment the newest that it made
    /// @param state `running`, `held`, `done`, `rolled-back`, or `replaced` when something else was
    ///     deployed meanwhile
    /// @param reason why it was held or went back, else empty
    record RolloutState(
            int id,
            int version,
            int stable,
            RolloutPlan plan,
            int step,
            int deployment,
            String state,
            String reason) {}

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
    /// @param rollout null as long as no version had a plan
    record FunctionSummary(
            FunctionName name,
            @Nullable Deployment deployment,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable RolloutState rollout) {
        @JsonCreator
        public FunctionSummary {}

        /// One that had no plan yet.
        public FunctionSummary(FunctionName name, @Nullable Deployment deployment) {
            this(name, deployment, null);
        }
    }

    /// `GET /v1/functions/{name}`.
    ///
    /// @param deployment null as long as no version was deployed
    /// @param versions the newest 20, newest first
    /// @param deployments the newest 20, newest first
    /// @param rollout null as long as no version had a plan
    record FunctionInfo(
            FunctionName name,
            @Nullable Deployment deployment,
            List<Version> versions,
            List<Deployment> deployments,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable RolloutState rollout) {
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
    ///
    /// @param regions where it is placed, left out if it is everywhere
    /// @param unknownRegions those of them where no node is known
    record Rollout(
            FunctionName function,
            int deployment,
            List<OnNode> nodes,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> regions,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> unknownRegions) {
        public Rollout {
            nodes = List.copyOf(nodes);
            regions = regions == null ? List.of() : List.copyOf(regions);
            unknownRegions = unknownRegions == null ? List.of() : List.copyOf(unknownRegions);
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
    /// @param clockSkewMs how far its clock was ahead of the control plane's when it connected, 0
    ///     if it didn't say
    /// @param relay behind which it is connected, empty for none
    record NodeStatus(
            NodeInfo node,
            boolean connected,
            boolean draining,
            long revision,
            long lastSeenMs,
            long clockSkewMs,
            String relay,
            List<VersionOnNode> versions) {
        /// Clocks that differ by more are told of: certificates end by them.
        public static final long CLOCK_SKEW_MS_MAX = 30_000;

        public NodeStatus {
            relay = relay == null ? "" : relay;
            versions = List.copyOf(versions);
        }
    }

    /// A version as staged on a node.
    record VersionOnNode(FunctionName function, int version, StagingState state, String reason) {}

    /// `POST /v1/join-tokens`: what lets one member in.
    ///
    /// @param role null for a node
    /// @param name null if the member may choose its own
    /// @param latitude in degrees, null if the member says where in the region it is
    /// @param longitude in degrees, null if the member says where in the region it is
    record NewJoinToken(
            String region,
            @Nullable Role role,
            @Nullable String name,
            @Nullable Double latitude,
            @Nullable Double longitude) {}

    /// The answer to [NewJoinToken]: the only time that the secret is shown.
    ///
    /// @param expiresAtMs 15 minutes later, in ms since the epoch
    record JoinTokenCreated(String secret, long expiresAtMs, Trust trust) {}

    /// `POST /v1/join`, by whoever has the secret: once, but the same key may ask again.
    ///
    /// @param name by which the member wants to be known
    /// @param region where it is, if it knows
    /// @param csr a certificate request (PKCS #10, RFC 2986) for an ECDSA key on P-256, in PEM; its
    ///     subject says nothing
    record Join(String secret, String name, @Nullable String region, String csr) {}

    /// `POST /v1/join/renew`, by a member with its certificate: one that has run out will do for 30
    /// days.
    record Renewal(String csr) {}

    /// The answer to [Join] and [Renewal].
    ///
    /// @param certificate for the key that asked, then its authority's, in PEM
    /// @param latitude where it shall say it is, null if it may choose
    /// @param longitude where it shall say it is, null if it may choose
    record Joined(
            Member member,
            String certificate,
            @Nullable Double latitude,
            @Nullable Double longitude,
            Trust trust) {}

    /// Each of `GET /v1/members`: a node or router that has joined with a certificate.
    ///
    /// @param certificateEndsMs when the newest certificate runs out, in ms since the epoch
    record MemberInfo(Member member, long joinedAtMs, long certificateEndsMs) {}

    /// `DELETE /v1/members/{name}`: none of its certificates lets it in any more, and its session
    /// has ended.
    ///
    /// @param secrets that were for functions which the member had, if it was a node: whoever has
    ///     its disk may know their values
    record MemberRemoved(Member member, List<SecretsApi.HeldSecret> secrets) {
        public MemberRemoved {
            secrets = List.copyOf(secrets);
        }
    }

    /// `POST /v1/keys/rotate`: from now on this key signs what nodes are told.
    ///
    /// @param overlapMs how long nodes still learn of it by the word of the one before: one that
    ///     was away for longer must join anew
    record KeyRotated(VerifyingKey key, long overlapMs) {}

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

    /// `POST /v1/store/collect`: takes out of the store what no retained version needs.
    ///
    /// @param olderThanS s for which what was uploaded or made a version is left alone, or null for
    ///     seven days
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Collect(@Nullable Long olderThanS) {
        /// The longest that may be said, in s.
        public static final long OLDER_THAN_S_MAX = 366 * 86_400L;
    }

    /// What was taken out of the store.
    ///
    /// @param bytes of these, and of what else was pushed
    /// @param whole whether nothing is left to take out; else ask again
    record Collected(int modules, int archives, long bytes, boolean whole) {}

    /// A list of something, or part of it: then the answer's `link` header says where it goes on
    /// (RFC 8288, `rel="next"`).
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Page<T>(List<T> items) {
        public Page {
            items = List.copyOf(items);
        }
    }
}
