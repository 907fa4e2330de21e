package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Objects;

/// What the control plane says to a node or router over its WebSocket, one JSON text frame each.
/// The first frame is [Welcome].
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ControlFrame.Welcome.class, name = "welcome"),
    @JsonSubTypes.Type(value = ControlFrame.Snapshot.class, name = "snapshot"),
    @JsonSubTypes.Type(value = ControlFrame.Delta.class, name = "delta"),
    @JsonSubTypes.Type(value = ControlFrame.Follow.class, name = "follow"),
    @JsonSubTypes.Type(value = ControlFrame.Unfollow.class, name = "unfollow"),
    @JsonSubTypes.Type(value = ControlFrame.Limits.class, name = "limits"),
    @JsonSubTypes.Type(value = ControlFrame.Keys.class, name = "keys"),
    @JsonSubTypes.Type(value = ControlFrame.SecretsKey.class, name = "secrets-key"),
    @JsonSubTypes.Type(value = ControlFrame.Secrets.class, name = "secrets"),
    @JsonSubTypes.Type(value = ControlFrame.Drain.class, name = "drain"),
    @JsonSubTypes.Type(value = ControlFrame.Moved.class, name = "moved"),
    @JsonSubTypes.Type(value = ControlFrame.Directory.class, name = "directory"),
    @JsonSubTypes.Type(value = ControlFrame.Placements.class, name = "placements")
})
public sealed interface ControlFrame {
    /// Whether a node takes such a frame from nobody but who signs for the fleet.
    static boolean mustBeSigned(ControlFrame frame) {
        return frame instanceof Snapshot
                || frame instanceof Delta
                || frame instanceof Moved
                || frame instanceof SecretsKey
                || frame instanceof Secrets;
    }

    /// The session stands.
    ///
    /// @param routerKey by which nodes know the fleet's routers and believe what these say of a
    ///     client
    /// @param keys with which the control plane signs snapshots and deltas ([SignedFrame]), oldest
    ///     first
    record Welcome(String routerKey, List<AnnouncedKey> keys) implements ControlFrame {
        @JsonCreator
        public Welcome {
            Objects.requireNonNull(routerKey, "router_key");
            keys = keys == null ? List.of() : List.copyOf(keys);
        }

        /// One of somebody who signs nothing.
        public Welcome(String routerKey) {
            this(routerKey, List.of());
        }
    }

    /// The keys are others now, as in [Welcome].
    record Keys(List<AnnouncedKey> keys) implements ControlFrame {
        public Keys {
            keys = List.copyOf(keys);
        }
    }

    /// The whole state; whatever it doesn't list is gone.
    record Snapshot(Position position, List<FunctionState> functions) implements ControlFrame {
        public Snapshot {
            Objects.requireNonNull(position, "position");
            functions = List.copyOf(functions);
        }
    }

    /// What changed after revision `from`, up to and including `position`.
    ///
    /// @param changed functions as they stand now
    /// @param removed functions that are gone
    record Delta(
            long from, Position position, List<FunctionState> changed, List<FunctionName> removed)
            implements ControlFrame {
        public Delta {
            Objects.requireNonNull(position, "position");
            changed = List.copyOf(changed);
            removed = List.copyOf(removed);
        }
    }

    /// Somebody wants this function's log: the last `backlog` entries, then what comes.
    ///
    /// @param live whether to go on after the backlog
    /// @param level only what [LogEntry#from] leaves; whoever names none gets everything
    record Follow(
            String subscription, FunctionName function, int backlog, boolean live, LogLevel level)
            implements ControlFrame {
        @JsonCreator
        public Follow {
            Objects.requireNonNull(subscription, "subscription");
            Objects.requireNonNull(function, "function");
            level = level == null ? LogLevel.TRACE : level;
        }

        /// For everything.
        public Follow(String subscription, FunctionName function, int backlog, boolean live) {
            this(subscription, function, backlog, live, LogLevel.TRACE);
        }
    }

    /// Nobody listens to this subscription any more.
    record Unfollow(String subscription) implements ControlFrame {
        public Unfollow {
            Objects.requireNonNull(subscription, "subscription");
        }
    }

    /// What this node may run of each tenant's. Nodes that know no tenants aren't told.
    ///
    /// @param whole whether these are all that have limits, else those that changed
    record Limits(boolean whole, List<TenantLimit> tenants) implements ControlFrame {
        public Limits {
            tenants = List.copyOf(tenants);
        }

        /// One tenant's; without a number it has no limit.
        ///
        /// @param concurrency guests that run at once on this node
        /// @param requestsPerSecond this node's share of the fleet's rate, which it keeps until it
        ///     is told another
        @JsonInclude(JsonInclude.Include.NON_NULL)
        public record TenantLimit(
                TenantName tenant,
                @Nullable Integer concurrency,
                @Nullable Double requestsPerSecond) {
            public TenantLimit {
                Objects.requireNonNull(tenant, "tenant");
            }
        }
    }

    /// The key under which secrets come from now on, to this node alone. To be sent to nodes that
    /// said in their hello to which key ([NodeFrame.Hello#secretsKey]).
    ///
    /// @param id of the key
    /// @param sealed the key, sealed to the node (HPKE), in base64
    record SecretsKey(String id, String sealed) implements ControlFrame {
        public SecretsKey {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(sealed, "sealed");
        }

        /// What the key is sealed as, and to which node.
        public static String context(String id, String node) {
            return "cress secrets key\n%s\n%s".formatted(id, node);
        }
    }

    /// Values of secrets that functions name, for all nodes that have these functions.
    ///
    /// @param whole whether these are all that the node shall have, else those that changed
    /// @param key the id of the key under which the values are sealed, empty if there are none
    /// @param removed what the node shall have no more
    record Secrets(boolean whole, String key, List<Value> values, List<Name> removed)
            implements ControlFrame {
        public Secrets {
            Objects.requireNonNull(key, "key");
            values = List.copyOf(values);
            removed = List.copyOf(removed);
        }

        /// One of a tenant's secrets.
        public record Name(TenantName tenant, String name) {
            public Name {
                Objects.requireNonNull(tenant, "tenant");
                Objects.requireNonNull(name, "name");
            }
        }

        /// The value of one, sealed (AES-256-GCM), in base64.
        public record Value(Name secret, int version, String sealed) {
            public Value {
                Objects.requireNonNull(secret, "secret");
                Objects.requireNonNull(sealed, "sealed");
            }

            /// What it is sealed as: no value opens as another's, nor as one of before.
            public static String context(Name secret, int version) {
                return "cress secret\n%s\n%s\n%d"
                        .formatted(secret.tenant(), secret.name(), version);
            }
        }
    }

    /// Somebody wants the node to finish what it has and take nothing new, until it starts anew.
    record Drain() implements ControlFrame {}

    /// To routers: the nodes of the fleet, connected or not.
    record Directory(List<Entry> nodes) implements ControlFrame {
        public Directory {
            nodes = List.copyOf(nodes);
        }

        /// One node.
        ///
        /// @param draining whether it asked for no new requests
        public record Entry(NodeInfo node, boolean connected, boolean draining) {}
    }

    /// This deployment serves where it is placed, and routers know: a node where it isn't lets go
    /// of the one before, which it has served until now. To be sent to nodes that know of
    /// placements ([NodeFrame.Hello#placements]).
    record Moved(FunctionName function, int deployment) implements ControlFrame {
        public Moved {
            Objects.requireNonNull(function, "function");
        }
    }

    /// To routers: all functions that aren't everywhere, and where they are. A router of the build
    /// before passes it over.
    record Placements(List<Placed> functions) implements ControlFrame {
        public static final Placements NONE = new Placements(List.of());

        public Placements {
            functions = List.copyOf(functions);
        }

        /// One function.
        ///
        /// @param routes where it answers besides its own host
        /// @param regions where it serves; none for everywhere: such a function is listed as its
        ///     routes may be more exact than another's
        public record Placed(FunctionName function, List<Route> routes, List<String> regions) {
            public Placed {
                Objects.requireNonNull(function, "function");
                routes = List.copyOf(routes);
                regions = List.copyOf(regions);
            }
        }
    }
}
