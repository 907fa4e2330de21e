package dev.cress.control.store;

import java.util.List;

/// The store's tables as the first twelve steps made them, each of which stopped all builds before
/// it; what came since is in [Steps]. In SQLite's words; a [Dialect] has its own for the types.
/// JSON columns hold records of the contract, as they travel.
///
/// `revision` is the log that nodes follow: gapless, each with the hash of the one before. `head`
/// has a row that says where the log ends, and one that counts the changes of each side table; who
/// changes one of these locks its row first. The rest is what the log's head amounts to, and what
/// nodes need not know. A function's name has its tenant's in it, which a column repeats for counts
/// and lists; `holding` says which tenant uploaded what. A deleted function keeps its row, so that
/// the numbers of its versions and deployments go on when the name is used again.
final class Schema {
    /// A definition that each [Dialect] has in its own words: no row of `audit` is ever changed.
    static final String AUDIT_KEEPS_ROWS = "audit rows are not changed";

    /// The same: none is taken out before its time, [Retention#AUDIT_KEPT].
    static final String AUDIT_KEEPS_TIME = "audit rows stay";

    /// The same: what `version_blob` says of versions that were there before it, besides their
    /// modules.
    static final String BLOBS_OF_BUNDLES = "archives that versions name";

    /// The same: of the modules of their filters.
    static final String BLOBS_OF_FILTERS = "filters that versions name";

    /// The same: which of them functions retain.
    static final String BLOBS_RETAINED = "versions that functions retain";

    /// The last of these steps.
    static final int VERSION = 12;

    /// What makes each version of the one before, the first of nothing.
    static final List<List<String>> STEPS =
            List.of(
                    first(),
                    bundles(),
                    heads(),
                    servers(),
                    leases(),
                    answers(),
                    members(),
                    tenants(),
                    collected(),
                    rollouts(),
                    secrets(),
                    pushes());

    private Schema() {}

    /// What registry tools push besides modules; `pushed` says which version a manifest made.
    private static List<String> pushes() {
        return List.of(
                """
                CREATE TABLE blob (
                  sha256 TEXT PRIMARY KEY, bytes INTEGER NOT NULL, created_at_ms INTEGER NOT NULL,
                  stored INTEGER NOT NULL DEFAULT 1) STRICT\
                """,
                "CREATE INDEX blob_stored ON blob (stored, sha256)",
                """
                CREATE TABLE blob_chunk (
                  sha256 TEXT NOT NULL REFERENCES blob, position INTEGER NOT NULL,
                  bytes BLOB NOT NULL, PRIMARY KEY (sha256, position)) STRICT\
                """,
                """
                CREATE TABLE pushed (
                  function TEXT NOT NULL REFERENCES function, sha256 TEXT NOT NULL,
                  version INTEGER NOT NULL, media_type TEXT NOT NULL,
                  PRIMARY KEY (function, sha256)) STRICT\
                """,
                """
                CREATE TABLE tag (
                  function TEXT NOT NULL REFERENCES function, name TEXT NOT NULL,
                  sha256 TEXT NOT NULL, pushed_at_ms INTEGER NOT NULL,
                  PRIMARY KEY (function, name)) STRICT\
                """,
                "CREATE INDEX tag_pushed ON tag (function, sha256)");
    }

    /// `version_blob` says what each version needs, and which versions its function retains;
    /// `stored` of a module or archive is one of [Blobs.Stored].
    private static List<String> collected() {
        return List.of(
                "ALTER TABLE module ADD COLUMN stored INTEGER NOT NULL DEFAULT 1",
                "ALTER TABLE bundle ADD COLUMN stored INTEGER NOT NULL DEFAULT 1",
                "CREATE INDEX module_stored ON module (stored, sha256)",
                "CREATE INDEX bundle_stored ON bundle (stored, sha256)",
                "CREATE INDEX version_module ON version (module)",
                "ALTER TABLE holding ADD COLUMN asked_at_ms INTEGER NOT NULL DEFAULT 0",
                "UPDATE holding SET asked_at_ms = created_at_ms",
                "CREATE INDEX holding_blob ON holding (kind, sha256)",
                """
                CREATE TABLE version_blob (
                  function TEXT NOT NULL REFERENCES function, number INTEGER NOT NULL,
                  kind TEXT NOT NULL, sha256 TEXT NOT NULL, retained INTEGER NOT NULL,
                  PRIMARY KEY (function, number, kind, sha256)) STRICT\
                """,
                "CREATE INDEX version_blob_named ON version_blob (kind, sha256, retained)",
                "CREATE INDEX version_blob_retained ON version_blob (function, retained)",
                """
                INSERT INTO version_blob (function, number, kind, sha256, retained)
                SELECT function, number, 'module', module, 0 FROM version\
                """,
                BLOBS_OF_BUNDLES,
                BLOBS_OF_FILTERS,
                BLOBS_RETAINED);
    }

    /// Of `outcome` each server writes rows of its own.
    private static List<String> rollouts() {
        return List.of(
                "ALTER TABLE deployment ADD COLUMN wave TEXT NOT NULL DEFAULT ''",
                "ALTER TABLE deployment ADD COLUMN reason TEXT NOT NULL DEFAULT ''",
                """
                CREATE TABLE rollout (
                  function TEXT PRIMARY KEY REFERENCES function, id INTEGER NOT NULL,
                  version INTEGER NOT NULL, stable INTEGER NOT NULL, plan TEXT NOT NULL,
                  step INTEGER NOT NULL, deployment INTEGER NOT NULL, state TEXT NOT NULL,
                  reason TEXT NOT NULL, since_ms INTEGER NOT NULL) STRICT\
                """,
                "CREATE INDEX rollout_state ON rollout (state)",
                """
                CREATE TABLE outcome (
                  function TEXT NOT NULL REFERENCES function, rollout INTEGER NOT NULL,
                  deployment INTEGER NOT NULL, version INTEGER NOT NULL, region TEXT NOT NULL,
                  server TEXT NOT NULL, counted TEXT NOT NULL, at_ms INTEGER NOT NULL,
                  PRIMARY KEY (function, rollout, deployment, version, region, server)) STRICT\
                """,
                "CREATE INDEX outcome_at ON outcome (at_ms)");
    }

    /// `key` is the id of the key that `data_key` is sealed with, `sealed` the value under that;
    /// `secret_held` says which value a node was told.
    private static List<String> secrets() {
        return List.of(
                """
                CREATE TABLE secret (
                  tenant TEXT NOT NULL REFERENCES tenant, name TEXT NOT NULL,
                  version INTEGER NOT NULL, key TEXT NOT NULL, data_key TEXT NOT NULL,
                  sealed TEXT NOT NULL, bytes INTEGER NOT NULL, updated_at_ms INTEGER NOT NULL,
                  changed INTEGER NOT NULL, PRIMARY KEY (tenant, name)) STRICT\
                """,
                """
                CREATE TABLE secret_held (
                  node TEXT NOT NULL, tenant TEXT NOT NULL, name TEXT NOT NULL,
                  version INTEGER NOT NULL, PRIMARY KEY (node, tenant, name)) STRICT\
                """,
                "INSERT INTO head (name, number, hash) VALUES ('secrets', 0, '')");
    }

    /// What there is belongs to the tenant `default`, which has no limits of its own.
    private static List<String> tenants() {
        return List.of(
                """
                CREATE TABLE tenant (
                  name TEXT PRIMARY KEY, quota TEXT NOT NULL,
                  created_at_ms INTEGER NOT NULL) STRICT\
                """,
                "INSERT INTO tenant (name, quota, created_at_ms) VALUES ('default', '{}', 0)",
                "INSERT INTO head (name, number, hash) VALUES ('tenants', 0, '')",
                "ALTER TABLE function ADD COLUMN tenant TEXT NOT NULL DEFAULT 'default'",
                "CREATE INDEX function_tenant ON function (tenant, name)",
                "ALTER TABLE token ADD COLUMN tenant TEXT NOT NULL DEFAULT ''",
                "ALTER TABLE token ADD COLUMN expires_at_ms INTEGER NOT NULL DEFAULT 0",
                "ALTER TABLE token ADD COLUMN last_used_ms INTEGER NOT NULL DEFAULT 0",
                "UPDATE token SET tenant = 'default' WHERE scope IN ('deploy', 'read')",
                """
                CREATE TABLE holding (
                  tenant TEXT NOT NULL REFERENCES tenant, kind TEXT NOT NULL,
                  sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, abi TEXT NOT NULL,
                  files INTEGER NOT NULL, created_at_ms INTEGER NOT NULL,
                  PRIMARY KEY (tenant, kind, sha256)) STRICT\
                """,
                """
                INSERT INTO holding (tenant, kind, sha256, bytes, abi, files, created_at_ms)
                SELECT 'default', 'module', sha256, bytes, abi, 0, created_at_ms FROM module\
                """,
                """
                INSERT INTO holding (tenant, kind, sha256, bytes, abi, files, created_at_ms)
                SELECT 'default', 'bundle', sha256, bytes, '', files, created_at_ms FROM bundle\
                """,
                "INSERT INTO head (name, number, hash) VALUES ('audit', 0, '')",
                """
                CREATE TABLE audit (
                  id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, token TEXT NOT NULL,
                  token_name TEXT NOT NULL, tenant TEXT NOT NULL, operation TEXT NOT NULL,
                  thing TEXT NOT NULL, outcome TEXT NOT NULL, revision INTEGER NOT NULL,
                  request TEXT NOT NULL, address TEXT NOT NULL, count INTEGER NOT NULL) STRICT\
                """,
                "CREATE INDEX audit_tenant ON audit (tenant, id)",
                "CREATE INDEX audit_at ON audit (at_ms)",
                AUDIT_KEEPS_ROWS,
                AUDIT_KEEPS_TIME);
    }

    private static List<String> members() {
        return List.of(
                """
                CREATE TABLE join_token (
                  hash TEXT PRIMARY KEY, role TEXT NOT NULL, region TEXT NOT NULL,
                  name TEXT NOT NULL, place TEXT NOT NULL, ends_at_ms INTEGER NOT NULL,
                  used_by TEXT NOT NULL) STRICT\
                """,
                """
                CREATE TABLE member (
                  name TEXT PRIMARY KEY, role TEXT NOT NULL, region TEXT NOT NULL,
                  serial TEXT NOT NULL, previous TEXT NOT NULL, joined_at_ms INTEGER NOT NULL,
                  ends_at_ms INTEGER NOT NULL) STRICT\
                """,
                "INSERT INTO head (name, number, hash) VALUES ('members', 0, '')",
                "ALTER TABLE node ADD COLUMN clock_skew_ms INTEGER NOT NULL DEFAULT 0",
                "ALTER TABLE node ADD COLUMN drain_asked INTEGER NOT NULL DEFAULT -1");
    }

    private static List<String> answers() {
        return List.of(
                """
                CREATE TABLE answer (
                  token TEXT NOT NULL, name TEXT NOT NULL, request TEXT NOT NULL,
                  sealed TEXT NOT NULL, at_ms INTEGER NOT NULL,
                  PRIMARY KEY (token, name)) STRICT\
                """,
                "CREATE INDEX answer_at ON answer (at_ms)",
                "CREATE INDEX answer_token_at ON answer (token, at_ms)");
    }

    /// Deployments stay when the revision that made them has left the log.
    private static List<String> leases() {
        return List.of(
                """
                CREATE TABLE lease (
                  name TEXT PRIMARY KEY, holder TEXT NOT NULL, token INTEGER NOT NULL,
                  expires_ms INTEGER NOT NULL) STRICT\
                """,
                """
                CREATE TABLE deployment_kept (
                  function TEXT NOT NULL REFERENCES function, id INTEGER NOT NULL,
                  rollout INTEGER NOT NULL, shares TEXT NOT NULL, cause TEXT NOT NULL,
                  created_at_ms INTEGER NOT NULL, revision INTEGER NOT NULL,
                  PRIMARY KEY (function, id)) STRICT\
                """,
                """
                INSERT INTO deployment_kept
                  (function, id, rollout, shares, cause, created_at_ms, revision)
                SELECT function, id, rollout, shares, cause, created_at_ms, revision
                FROM deployment\
                """,
                "DROP TABLE deployment",
                "ALTER TABLE deployment_kept RENAME TO deployment");
    }

    private static List<String> servers() {
        return List.of(
                """
                CREATE TABLE server (
                  id TEXT PRIMARY KEY, seen_ms INTEGER NOT NULL, routers INTEGER NOT NULL) STRICT\
                """,
                "ALTER TABLE node ADD COLUMN server TEXT NOT NULL DEFAULT ''",
                "ALTER TABLE node ADD COLUMN session INTEGER NOT NULL DEFAULT 0",
                "ALTER TABLE node ADD COLUMN draining INTEGER NOT NULL DEFAULT 0",
                "ALTER TABLE node ADD COLUMN changed INTEGER NOT NULL DEFAULT 0",
                "CREATE INDEX node_changed ON node (changed)",
                """
                CREATE TABLE node_function (
                  node TEXT NOT NULL REFERENCES node, function TEXT NOT NULL,
                  session INTEGER NOT NULL, deployment INTEGER NOT NULL, versions TEXT NOT NULL,
                  changed INTEGER NOT NULL, PRIMARY KEY (node, function)) STRICT\
                """,
                "CREATE INDEX node_function_changed ON node_function (changed)",
                """
                INSERT INTO head (name, number, hash)
                VALUES ('tokens', 0, ''), ('nodes', 0, ''), ('forgotten', 0, '')\
                """);
    }

    private static List<String> heads() {
        return List.of(
                """
                CREATE TABLE head (
                  name TEXT PRIMARY KEY, number INTEGER NOT NULL, hash TEXT NOT NULL) STRICT\
                """,
                """
                INSERT INTO head (name, number, hash)
                SELECT 'log', number, hash FROM revision ORDER BY number DESC LIMIT 1\
                """);
    }

    private static List<String> bundles() {
        return List.of(
                """
                CREATE TABLE bundle (
                  sha256 TEXT PRIMARY KEY, bytes INTEGER NOT NULL, files INTEGER NOT NULL,
                  created_at_ms INTEGER NOT NULL) STRICT\
                """,
                """
                CREATE TABLE bundle_chunk (
                  sha256 TEXT NOT NULL REFERENCES bundle, position INTEGER NOT NULL,
                  bytes BLOB NOT NULL, PRIMARY KEY (sha256, position)) STRICT\
                """);
    }

    private static List<String> first() {
        return List.of(
                """
                CREATE TABLE setting (
                  name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT\
                """,
                """
                CREATE TABLE revision (
                  number INTEGER PRIMARY KEY, hash TEXT NOT NULL, previous TEXT NOT NULL,
                  at_ms INTEGER NOT NULL, change TEXT NOT NULL) STRICT\
                """,
                """
                CREATE TABLE module (
                  sha256 TEXT PRIMARY KEY, bytes INTEGER NOT NULL, abi TEXT NOT NULL,
                  created_at_ms INTEGER NOT NULL) STRICT\
                """,
                """
                CREATE TABLE module_chunk (
                  sha256 TEXT NOT NULL REFERENCES module, position INTEGER NOT NULL,
                  bytes BLOB NOT NULL, PRIMARY KEY (sha256, position)) STRICT\
                """,
                """
                CREATE TABLE function (
                  name TEXT PRIMARY KEY, live INTEGER NOT NULL,
                  versions_made INTEGER NOT NULL, deployments_made INTEGER NOT NULL,
                  state TEXT, state_bytes INTEGER NOT NULL) STRICT\
                """,
                """
                CREATE TABLE version (
                  function TEXT NOT NULL REFERENCES function, number INTEGER NOT NULL,
                  module TEXT NOT NULL REFERENCES module, manifest TEXT NOT NULL,
                  created_at_ms INTEGER NOT NULL, PRIMARY KEY (function, number)) STRICT\
                """,
                """
                CREATE TABLE deployment (
                  function TEXT NOT NULL REFERENCES function, id INTEGER NOT NULL,
                  rollout INTEGER NOT NULL, shares TEXT NOT NULL, cause TEXT NOT NULL,
                  created_at_ms INTEGER NOT NULL,
                  revision INTEGER NOT NULL REFERENCES revision,
                  PRIMARY KEY (function, id)) STRICT\
                """,
                """
                CREATE TABLE route (
                  host TEXT NOT NULL, path TEXT NOT NULL,
                  function TEXT NOT NULL REFERENCES function,
                  PRIMARY KEY (host, path)) STRICT\
                """,
                "CREATE INDEX route_function ON route (function)",
                """
                CREATE TABLE token (
                  id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
                  scope TEXT NOT NULL, created_at_ms INTEGER NOT NULL) STRICT\
                """,
                """
                CREATE TABLE node (
                  name TEXT PRIMARY KEY, info TEXT NOT NULL, revision INTEGER NOT NULL,
                  last_seen_ms INTEGER NOT NULL) STRICT\
                """);
    }
}
