package dev.cress.node.serve;

import dev.cress.contract.ErrorCode;
import dev.cress.contract.FunctionName;
import dev.cress.contract.NodeFrame.Demand;
import dev.cress.contract.Route;
import dev.cress.contract.Share;
import dev.cress.contract.TenantName;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which function answers a host and path. Immutable: a change makes a new table, and a request
/// keeps the one it found.
///
/// A host is looked up as declared, then as a function's own host (`NAME.DOMAIN` for the tenant
/// `default`, `NAME.TENANT.DOMAIN` for another, or `vN--` before that, a preview of version N),
/// then as `*.` and the rest: one function's wildcard takes no other function's own host. Of a
/// host's routes the longest path wins, an exact one before a wildcard.
///
/// Below the domain tenants have hosts of their own, which nobody else's route takes: a function's
/// own host is its tenant's, and `ANY.TENANT.DOMAIN` is for `TENANT` and `default` to declare.
public final class RouteTable {
    private static final String PREVIEW = "--";

    private final String domainSuffix;
    private final Map<String, ServedFunction> functions = new HashMap<>();
    private final Map<String, HostRoutes> hosts = new HashMap<>();

    public RouteTable(String domain, Collection<ServedFunction> served) {
        this.domainSuffix = "." + domain;
        for (ServedFunction function : served) {
            functions.put(function.name().value(), function);
            declare(function);
        }
    }

    /// What a request is answered by.
    ///
    /// @param pattern the route's path as declared
    /// @param prefix the part of the path that the route fixes, without a trailing `/*`
    /// @param shares of the versions that declare the route
    /// @param preview whether a version was asked for by its number
    public record Match(
            ServedFunction function,
            String pattern,
            String prefix,
            List<Share> shares,
            boolean preview) {
        /// A request is over.
        ///
        /// @param outcome `ok` or the error's code
        /// @param readyNanos when it was whole and waited for its turn, by [System#nanoTime]
        void over(ServedVersion version, String outcome, int status, long readyNanos) {
            boolean answered = outcome.equals("ok");
            if (!preview && (answered || ErrorCode.isGuests(outcome))) {
                function.activity()
                        .tallies()
                        .count(
                                function,
                                version.version().number(),
                                !answered || status >= 500,
                                System.nanoTime() - readyNanos);
            }
        }
    }

    /// What became of requests where rollouts compare versions, so many tallies at most; it is
    /// forgotten here.
    public List<Demand.Tally> takeTallies(int most) {
        List<Demand.Tally> taken = new ArrayList<>();
        for (ServedFunction function : functions.values()) {
            if (function.compared() && taken.size() < most) {
                taken.addAll(
                        function.activity().tallies().take(function.name(), most - taken.size()));
            }
        }
        return taken;
    }

    /// @param host in lower case, without a port or a trailing dot
    /// @param path normalised
    public Optional<Match> find(String host, String path) {
        String label =
                host.endsWith(domainSuffix)
                        ? host.substring(0, host.length() - domainSuffix.length())
                        : "";
        int mark = label.indexOf(PREVIEW);
        ServedFunction owner =
                functions.get(mark < 0 ? label : label.substring(mark + PREVIEW.length()));
        HostRoutes exact = hosts.get(host);
        Optional<Match> declared =
                declared(exact, path).filter(match -> owner == null || sameTenant(match, owner));
        if (declared.isPresent()) {
            return declared;
        }
        if (owner != null) {
            return mark < 0
                    ? Optional.of(new Match(owner, "/*", "", owner.shares(), false))
                    : preview(owner, label.substring(0, mark));
        }
        return exact == null ? declared(wildcard(host), path) : Optional.empty();
    }

    private static boolean sameTenant(Match match, ServedFunction owner) {
        return match.function().name().tenant().equals(owner.name().tenant());
    }

    /// Whether this tenant's functions may have routes of this host. Of hosts elsewhere the control
    /// plane knows who came first.
    private boolean mayDeclare(TenantName tenant, String host) {
        if (tenant.isDefault() || !("." + host).endsWith(domainSuffix)) {
            return true;
        }
        return host.endsWith("." + tenant + domainSuffix);
    }

    private static Optional<Match> declared(@Nullable HostRoutes routes, String path) {
        return routes == null ? Optional.empty() : routes.find(path);
    }

    private @Nullable HostRoutes wildcard(String host) {
        int dot = host.indexOf('.');
        return dot < 0 ? null : hosts.get("*" + host.substring(dot));
    }

    private static Optional<Match> preview(ServedFunction function, String version) {
        if (!version.matches("v[1-9][0-9]{0,8}")) {
            return Optional.empty();
        }
        int number = Integer.parseInt(version.substring(1));
        return function.staged().containsKey(number)
                ? Optional.of(
                        new Match(function, "/*", "", List.of(new Share(number, Share.ALL)), true))
                : Optional.empty();
    }

    /// A route is served by the live versions that declare it.
    private void declare(ServedFunction function) {
        Map<Route, List<Share>> declared = new HashMap<>();
        for (Share share : function.shares()) {
            ServedVersion version = function.staged().get(share.version());
            if (version != null) {
                for (Route route : version.version().manifest().routes()) {
                    if (!mayDeclare(function.name().tenant(), route.host())) {
                        continue;
                    }
                    declared.computeIfAbsent(route, _ -> new ArrayList<>()).add(share);
                }
            }
        }
        declared.forEach(
                (route, shares) ->
                        hosts.computeIfAbsent(route.host(), _ -> new HostRoutes())
                                .add(function, route.path(), shares));
    }

    /// The routes of one host.
    private static final class HostRoutes {
        private final Map<String, Match> exact = new HashMap<>();
        private final Map<String, Match> below = new HashMap<>();
        private int segmentsMax;

        void add(ServedFunction function, String pattern, List<Share> shares) {
            if (pattern.endsWith("/*")) {
                String prefix = pattern.substring(0, pattern.length() - 2);
                below.put(prefix, new Match(function, pattern, prefix, List.copyOf(shares), false));
                segmentsMax =
                        Math.max(segmentsMax, (int) prefix.chars().filter(c -> c == '/').count());
            } else {
                exact.put(
                        pattern, new Match(function, pattern, pattern, List.copyOf(shares), false));
            }
        }

        Optional<Match> find(String path) {
            Match match = exact.get(path);
            if (match != null) {
                return Optional.of(match);
            }
            // only prefixes as deep as the deepest route: a path of 4,000 segments costs no more
            // than one
            int end = path.length();
            int depth = 0;
            for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
                if (depth++ > segmentsMax) {
                    end = slash;
                    break;
                }
            }
            for (; end >= 0; end = path.lastIndexOf('/', end - 1)) {
                match = below.get(path.substring(0, end));
                if (match != null) {
                    return Optional.of(match);
                }
            }
            return Optional.empty();
        }
    }

    /// The function of this name.
    public Optional<ServedFunction> function(FunctionName name) {
        return Optional.ofNullable(functions.get(name.value()));
    }
}
