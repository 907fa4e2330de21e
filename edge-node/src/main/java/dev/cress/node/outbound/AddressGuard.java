package dev.cress.node.outbound;

import dev.cress.node.config.AddressRange;
import dev.cress.wasm.guest.OutboundException;
import dev.cress.wasm.guest.OutboundException.Reason;

import io.vertx.core.Future;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/// Which addresses guests may reach: public ones that aren't this machine's, and those that the
/// operator allows; never the ports of this node and of the control plane. What it lets through are
/// addresses, and only these may be connected to: a name that is asked again may answer another
/// one. Thread-safe.
final class AddressGuard {
    /// Addresses of one name that are tried.
    static final int TRIED_MAX = 4;

    /// The machine's addresses seldom change.
    private static final Duration OWN_KNOWN = Duration.ofSeconds(10);

    private final Names names;
    private final List<AddressRange> allowed;
    private final List<URI> reserved;
    private final IntPredicate ownPort;
    private final ConcurrentHashMap<URI, List<InetAddress>> reservedBefore =
            new ConcurrentHashMap<>();
    private volatile Own own = new Own(Set.of(), System.nanoTime());

    /// The addresses of this machine's interfaces.
    private record Own(Set<InetAddress> addresses, long untilNanos) {}

    /// @param allowed addresses that needn't be public
    /// @param reserved where no guest gets, whatever is allowed
    /// @param ownPort whether the node itself serves at this port
    AddressGuard(
            Names names, List<AddressRange> allowed, List<URI> reserved, IntPredicate ownPort) {
        this.names = names;
        this.allowed = List.copyOf(allowed);
        this.reserved = List.copyOf(reserved);
        this.ownPort = ownPort;
    }

    /// The addresses at which a guest may reach this target, at least one; else fails with an
    /// [OutboundException].
    Future<List<InetAddress>> addresses(Target target) {
        return resolve(target).compose(found -> permitted(target, found));
    }

    private Future<List<InetAddress>> resolve(Target target) {
        try {
            Optional<InetAddress> literal = target.literal();
            if (literal.isPresent()) {
                return Future.succeededFuture(List.of(literal.get()));
            }
        } catch (OutboundException e) {
            return Future.failedFuture(e);
        }
        return names.resolve(target.host())
                .recover(_ -> Future.succeededFuture(List.of()))
                .compose(
                        found ->
                                found.isEmpty()
                                        ? Future.failedFuture(
                                                new OutboundException(
                                                        Reason.UNKNOWN_HOST,
                                                        target.host() + " has no address"))
                                        : Future.succeededFuture(found));
    }

    private Future<List<InetAddress>> permitted(Target target, List<InetAddress> found) {
        return reserved(target.port()).compose(reservedHere -> choose(target, found, reservedHere));
    }

    /// Which addresses nobody reaches at this port.
    private Future<Set<InetAddress>> reserved(int port) {
        List<Future<List<InetAddress>>> here = new ArrayList<>();
        for (URI uri : reserved) {
            if (port(uri) == port) {
                here.add(reserved(uri));
            }
        }
        return Future.all(here)
                .map(
                        _ ->
                                here.stream()
                                        .flatMap(f -> f.result().stream())
                                        .collect(Collectors.toSet()));
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
    }

    private Future<List<InetAddress>> reserved(URI uri) {
        Future<List<InetAddress>> now;
        try {
            now = Future.succeededFuture(List.of(InetAddress.ofLiteral(bare(uri.getHost()))));
        } catch (IllegalArgumentException notLiteral) {
            now = names.resolve(uri.getHost());
        }
        return now.onSuccess(addresses -> reservedBefore.put(uri, addresses))
                .recover(
                        _ -> {
                            List<InetAddress> before = reservedBefore.get(uri);
                            return before != null
                                    ? Future.succeededFuture(before)
                                    : Future.failedFuture(
                                            new OutboundException(
                                                    Reason.UNREACHABLE,
                                                    "the node can't tell its own fleet's addresses"
                                                            + " from others now"));
                        });
    }

    private static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private Future<List<InetAddress>> choose(
            Target target, List<InetAddress> found, Set<InetAddress> reservedHere) {
        List<InetAddress> chosen = new ArrayList<>();
        String why = "";
        for (InetAddress address : found) {
            Optional<String> refusal = refusal(address, target.port(), reservedHere);
            if (refusal.isEmpty()) {
                chosen.add(address);
            } else {
                why = refusal.get();
            }
        }
        return chosen.isEmpty()
                ? Future.failedFuture(
                        new OutboundException(
                                Reason.DENIED,
                                "%s is at an address that no guest may reach: %s"
                                        .formatted(target.origin(), why)))
                : Future.succeededFuture(
                        List.copyOf(chosen.subList(0, Math.min(TRIED_MAX, chosen.size()))));
    }

    private Optional<String> refusal(InetAddress address, int port, Set<InetAddress> reservedHere) {
        if (reservedHere.contains(address)) {
            return Optional.of("the fleet's own");
        }
        boolean here = isHere(address);
        if (here && ownPort.test(port)) {
            return Optional.of("this node's own");
        }
        if (allowed.stream().anyMatch(range -> range.contains(address))) {
            return Optional.empty();
        }
        return here
                ? Optional.of(PublicAddresses.refusal(address).orElse("this machine's"))
                : PublicAddresses.refusal(address);
    }

    private boolean isHere(InetAddress address) {
        if (address.isLoopbackAddress() || address.isAnyLocalAddress()) {
            return true;
        }
        Own known = own;
        if (known.untilNanos - System.nanoTime() <= 0) {
            known = new Own(interfaces(), System.nanoTime() + OWN_KNOWN.toNanos());
            own = known;
        }
        return known.addresses.contains(address);
    }

    private static Set<InetAddress> interfaces() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .map(AddressGuard::unscoped)
                    .collect(Collectors.toSet());
        } catch (SocketException e) {
            throw new IllegalStateException("the machine's addresses can't be listed", e);
        }
    }

    /// The same without its name and its scope.
    static InetAddress unscoped(InetAddress address) {
        try {
            return InetAddress.getByAddress(address.getAddress());
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
