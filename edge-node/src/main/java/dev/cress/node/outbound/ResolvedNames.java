package dev.cress.node.outbound;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.internal.resolver.NameResolver;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/// Names as the machine's hosts file and name servers know them, absolute: never below the
/// machine's own domains. Thread-safe.
final class ResolvedNames implements Names {
    /// Names that are remembered; one more, and all are forgotten.
    static final int REMEMBERED_MAX = 1_000;

    /// Shorter than what records usually ask for, so that none is kept for much too long.
    static final Duration REMEMBERED = Duration.ofSeconds(5);

    private static final Duration QUERY_MAX = Duration.ofSeconds(2);

    /// The resolver's own memory would have no bound.
    private static final int CACHE_TTL_S = 0;

    private final NameResolver resolver;
    private final ConcurrentHashMap<String, Known> known = new ConcurrentHashMap<>();

    private record Known(List<InetAddress> addresses, long untilNanos) {}

    ResolvedNames(Vertx vertx) {
        this.resolver =
                new NameResolver(
                        vertx,
                        new AddressResolverOptions()
                                .setSearchDomains(List.of())
                                .setQueryTimeout(QUERY_MAX.toMillis())
                                .setCacheMaxTimeToLive(CACHE_TTL_S));
    }

    @Override
    public Future<List<InetAddress>> resolve(String host) {
        Known fresh = known.get(host);
        if (fresh != null && fresh.untilNanos - System.nanoTime() > 0) {
            return Future.succeededFuture(fresh.addresses);
        }
        Promise<List<InetSocketAddress>> found = Promise.promise();
        resolver.resolveAll(host, found::handle);
        return found.future()
                .map(all -> all.stream().map(InetSocketAddress::getAddress).toList())
                .onSuccess(addresses -> remember(host, addresses));
    }

    private void remember(String host, List<InetAddress> addresses) {
        if (known.size() >= REMEMBERED_MAX) {
            known.clear();
        }
        known.put(host, new Known(addresses, System.nanoTime() + REMEMBERED.toNanos()));
    }
}
