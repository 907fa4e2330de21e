package dev.cress.node.serve;

import dev.cress.contract.ErrorCode;
import dev.cress.contract.FunctionName;
import dev.cress.contract.NodeFrame.Demand;
import dev.cress.contract.Route;
import dev.cress.contract.RouteIndex;
import dev.cress.contract.Share;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Which function answers a host and path, by the rules of [RouteIndex]. Immutable: a change makes
/// a new table, and a request keeps the one it found.
public final class RouteTable {
    private final Map<String, ServedFunction> functions = new HashMap<>();
    private final RouteIndex<Match> index;

    public RouteTable(String domain, Collection<ServedFunction> served) {
        index = new RouteIndex<>(domain);
        for (ServedFunction function : served) {
            functions.put(function.name().value(), function);
            index.add(function.name(), Match.own(function));
            declare(function);
        }
    }

    /// What a request is answered by.
    ///
    /// @param pattern the route's path as declared
    /// @param prefix the part of the path that the route fixes, without a trailing `/*`
    /// @param shares of the versions that declare the route
    /// @param preview whether a version was asked for by its number
    /// @param elsewhere the regions where what answers is, if this node's is none of them
    public record Match(
            ServedFunction function,
            String pattern,
            String prefix,
            List<Share> shares,
            boolean preview,
            Set<String> elsewhere) {
        private static Match own(ServedFunction function) {
            return new Match(
                    function, "/*", "", function.shares(), false, function.elsewhere().regions());
        }

        private static Match route(
                ServedFunction function, Route route, List<Share> shares, Set<String> elsewhere) {
            String pattern = route.path();
            String prefix =
                    pattern.endsWith("/*") ? pattern.substring(0, pattern.length() - 2) : pattern;
            return new Match(function, pattern, prefix, List.copyOf(shares), false, elsewhere);
        }

        private Optional<Match> preview(int number) {
            Set<String> regions = function.elsewhere().versions().getOrDefault(number, Set.of());
            return function.staged().containsKey(number) || !regions.isEmpty()
                    ? Optional.of(
                            new Match(
                                    function,
                                    "/*",
                                    "",
                                    List.of(new Share(number, Share.ALL)),
                                    true,
                                    regions))
                    : Optional.empty();
        }

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
        return index.find(host, path, Match::preview);
    }

    /// A route is served by the live versions that declare it; where none of these is placed here,
    /// it is known to be elsewhere.
    private void declare(ServedFunction function) {
        Map<Route, List<Share>> declared = new HashMap<>();
        for (Share share : function.shares()) {
            ServedVersion version = function.staged().get(share.version());
            if (version != null) {
                for (Route route : version.version().manifest().routes()) {
                    declared.computeIfAbsent(route, _ -> new ArrayList<>()).add(share);
                }
            }
        }
        function.elsewhere()
                .routes()
                .forEach(
                        (route, regions) -> {
                            if (!declared.containsKey(route)) {
                                add(function, route, List.of(), regions);
                            }
                        });
        declared.forEach((route, shares) -> add(function, route, shares, Set.of()));
    }

    private void add(
            ServedFunction function, Route route, List<Share> shares, Set<String> elsewhere) {
        index.add(function.name(), route, Match.route(function, route, shares, elsewhere));
    }

    /// The function of this name.
    public Optional<ServedFunction> function(FunctionName name) {
        return Optional.ofNullable(functions.get(name.value()));
    }
}
