package dev.cress.control.sync;

import dev.cress.contract.ControlFrame;
import dev.cress.contract.ControlFrame.Placements.Placed;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.Route;
import dev.cress.control.store.Change;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Where functions are that don't run everywhere. What serves in a region that a deployment leaves
/// goes on there until the deployment serves in its own, so that no request comes to nobody.
/// Confined to the event loop.
///
/// ```text
/// deployed ──▶ moving: routers hear of the regions that serve the function, whichever deployment
///          ──▶ settled, as one node of its regions serves it and no connected one is pending:
///              routers hear of its regions
///          ──▶ moved, after that was so for a while: nodes elsewhere let go
/// ```
final class Placements {
    /// Looks, one a second, at which a deployment must be settled to have moved: by then routers
    /// have heard, and requests that went the old way are over, or as good as.
    static final int SETTLED_LOOKS = 3;

    private final Presence presence;
    private final Rollouts rollouts;
    private final FleetImage image;
    private final Map<FunctionName, Standing> functions = new TreeMap<>();

    /// How far a function is with its present state.
    private static final class Standing {
        private final FunctionState state;
        private int settledLooks;

        private Standing(FunctionState state) {
            this.state = state;
        }

        private boolean moved() {
            return settledLooks >= SETTLED_LOOKS;
        }
    }

    Placements(Presence presence, Rollouts rollouts, FleetImage image) {
        this.presence = presence;
        this.rollouts = rollouts;
        this.image = image;
        replaced();
    }

    /// Whether it may be a function that isn't everywhere.
    boolean has(FunctionName function) {
        return functions.containsKey(function);
    }

    /// The log goes on.
    ///
    /// @return whether any function isn't everywhere, or wasn't
    boolean changed(Change change) {
        boolean before = !functions.isEmpty();
        change.changed().forEach(this::put);
        change.removed().forEach(functions::remove);
        return before || !functions.isEmpty();
    }

    /// The log was replaced.
    final void replaced() {
        functions.clear();
        image.functions().forEach(this::put);
    }

    private void put(FunctionState state) {
        if (state.placed()) {
            functions.put(state.name(), new Standing(state));
        } else {
            functions.remove(state.name());
        }
    }

    /// Whether nodes where the function isn't placed have nothing more to do with it.
    boolean hasMoved(FunctionName function) {
        var standing = functions.get(function);
        return standing == null || standing.moved();
    }

    /// A second has passed.
    ///
    /// @return what has moved by now, and hadn't before
    List<FunctionState> look() {
        var moved = new ArrayList<FunctionState>();
        for (Standing standing : functions.values()) {
            // one that has moved stays so: those who let go have nothing left
            if (!standing.moved()) {
                boolean settled = rollouts.isSettled(standing.state);
                standing.settledLooks = settled ? standing.settledLooks + 1 : 0;
                if (standing.moved()) {
                    moved.add(standing.state);
                }
            }
        }
        return moved;
    }

    /// Has a node let go of what it still serves of a function that has moved.
    void letGo(NodeSession session, FunctionState state) {
        NodePresence node = session.node();
        if (node.knowsPlacements()
                && node.serving(state.name()) > 0
                && !state.isIn(node.info().region())) {
            var moved = new ControlFrame.Moved(state.name(), state.deployment().id());
            session.peer().send(image.signed(moved));
        }
    }

    /// What routers hear. Functions that are everywhere are in it where their routes may be more
    /// exact than those of one that isn't.
    ControlFrame.Placements table() {
        var placed = new ArrayList<Placed>();
        for (Standing standing : functions.values()) {
            Set<String> regions = regions(standing);
            if (!regions.isEmpty()) {
                placed.add(entry(standing.state, regions));
            }
        }
        if (placed.isEmpty()) {
            return ControlFrame.Placements.NONE;
        }
        var names = placed.stream().map(Placed::function).collect(Collectors.toSet());
        var hosts = hosts(placed.stream().flatMap(entry -> entry.routes().stream()));
        image.functions()
                .filter(state -> !names.contains(state.name()))
                .filter(state -> routes(state).stream().anyMatch(route -> meets(route, hosts)))
                .forEach(state -> placed.add(entry(state, Set.of())));
        return new ControlFrame.Placements(placed);
    }

    private static Placed entry(FunctionState state, Collection<String> regions) {
        return new Placed(state.name(), List.copyOf(routes(state)), List.copyOf(regions));
    }

    private static Set<Route> routes(FunctionState state) {
        Set<Route> routes = new LinkedHashSet<>();
        for (int number : state.deployment().live()) {
            routes.addAll(state.version(number).orElseThrow().manifest().routes());
        }
        return routes;
    }

    private static Set<String> hosts(Stream<Route> routes) {
        return routes.map(Route::host).collect(Collectors.toCollection(HashSet::new));
    }

    /// Whether a request for the one may be for the other as well.
    private static boolean meets(Route route, Set<String> hosts) {
        int dot = route.host().indexOf('.');
        return hosts.contains(route.host())
                || (dot >= 0 && hosts.contains("*" + route.host().substring(dot)));
    }

    /// Where routers find the function; none for everywhere.
    private Set<String> regions(Standing standing) {
        FunctionState state = standing.state;
        if (standing.moved() || rollouts.isSettled(state)) {
            return state.regions();
        }
        Set<String> serving = new TreeSet<>();
        for (NodePresence node : presence.nodes()) {
            if (node.serving(state.name()) > 0) {
                serving.add(node.info().region());
            }
        }
        return serving.isEmpty() ? state.regions() : serving;
    }
}
