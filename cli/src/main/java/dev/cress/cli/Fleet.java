package dev.cress.cli;

import dev.cress.control.ControlPlane;
import dev.cress.control.ControlPlaneConfig;
import dev.cress.node.EdgeNode;
import dev.cress.node.config.CapabilityConfig;
import dev.cress.node.config.NodeConfig;
import dev.cress.node.config.NodeConfig.NodeLimits;
import dev.cress.router.Router;
import dev.cress.router.RouterConfig;
import dev.cress.wasm.WasmHost;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A whole house in one process: control plane, nodes and router over real sockets on loopback. It
/// is what `cress up` runs, and a test may run it too and stop and start its parts. Not
/// thread-safe.
public final class Fleet implements AutoCloseable {
    /// How a fleet is set up.
    ///
    /// @param data the folder of the whole fleet
    /// @param port the router's, 0 for any free one
    /// @param controlPort the control plane's, 0 for any free one
    /// @param regions one node in each, as `NAME@LATITUDE,LONGITUDE`
    /// @param domain under which functions have host names
    /// @param bind the router's address; the rest stays on this machine
    /// @param nodeLimits what each node gives at most
    /// @param capabilities what each node's guests may ask for
    public record Setup(
            Path data,
            int port,
            int controlPort,
            List<String> regions,
            String domain,
            String bind,
            NodeLimits nodeLimits,
            CapabilityConfig capabilities) {
        /// Where nodes are, in the order in which `up` adds them.
        public static final List<String> REGIONS =
                List.of(
                        "fra@50.1,8.7",
                        "iad@39.0,-77.5",
                        "sin@1.4,103.8",
                        "gru@-23.5,-46.6",
                        "syd@-33.9,151.2",
                        "jnb@-26.2,28.0");

        /// One whose guests may ask for what needs no setting up.
        public Setup(
                Path data,
                int port,
                int controlPort,
                List<String> regions,
                String domain,
                String bind,
                NodeLimits nodeLimits) {
            this(data, port, controlPort, regions, domain, bind, nodeLimits, CapabilityConfig.NONE);
        }

        public Setup {
            regions = List.copyOf(regions);
        }

        /// The same whose guests may ask for this.
        public Setup with(CapabilityConfig asked) {
            return new Setup(data, port, controlPort, regions, domain, bind, nodeLimits, asked);
        }

        /// Two nodes on free ports, for a test: they warm up for a moment only.
        public static Setup forTest(Path data) {
            var limits = NodeLimits.DEFAULT.withWarmUp(Duration.ofMillis(100));
            return new Setup(data, 0, 0, REGIONS.subList(0, 2), "localhost", LOOPBACK, limits);
        }
    }

    private static final String LOOPBACK = "127.0.0.1";

    /// All parts are on one machine: where checks come late it is busy, and no other node is better
    /// off.
    private static final RouterConfig.Health HEALTH =
            new RouterConfig.Health(
                    RouterConfig.Health.DEFAULT.interval(),
                    Duration.ofSeconds(5),
                    RouterConfig.Health.DEFAULT.setAside());

    private final Setup setup;
    private final WasmHost host;
    private final Map<String, EdgeNode> nodes = new LinkedHashMap<>();
    private final Map<String, Region> regions = new LinkedHashMap<>();
    private @Nullable ControlPlane control;
    private @Nullable Router router;
    private int controlPort;

    /// Known to this process only: a start leaves no token behind.
    private String joinToken = "";

    private Fleet(Setup setup) {
        this.setup = setup;
        this.host = WasmHost.forAnybodysModules(setup.data().resolve("images"));
        this.controlPort = setup.controlPort();
    }

    /// Starts everything; returns once all of it listens. Nothing is left running when it fails.
    public static Fleet start(Setup setup) {
        var fleet = new Fleet(setup);
        try {
            fleet.startControlPlane();
            for (String region : setup.regions()) {
                fleet.addNode(Region.parse(region));
            }
            fleet.startRouter();
            return fleet;
        } catch (RuntimeException e) {
            fleet.close();
            throw e;
        }
    }

    /// Starts the control plane, again on the port that it had.
    public void startControlPlane() {
        var config = ControlPlaneConfig.of(setup.data()).withPort(controlPort);
        control = ControlPlane.start(config, new Preparing(host));
        controlPort = control.port();
        if (joinToken.isEmpty()) {
            joinToken = control.issueToken("fleet", "join");
        } else {
            control.letIn("fleet", "join", joinToken);
        }
    }

    public void stopControlPlane() {
        if (control != null) {
            control.close();
            control = null;
        }
    }

    private void addNode(Region region) {
        long before = regions.values().stream().filter(r -> r.name().equals(region.name())).count();
        String name = region.name() + "-" + (before + 1);
        regions.put(name, region);
        startNode(name);
    }

    /// Starts a node that was stopped, with the data that it had.
    public void startNode(String name) {
        Region region = regions.get(name);
        if (region == null) {
            throw new IllegalArgumentException("no node is named " + name);
        }
        var config =
                new NodeConfig(
                        name,
                        region.name(),
                        region.latitude(),
                        region.longitude(),
                        controlUrl(),
                        joinToken,
                        setup.data().resolve("nodes").resolve(name),
                        setup.domain(),
                        LOOPBACK,
                        0,
                        0,
                        Optional.empty(),
                        setup.nodeLimits(),
                        setup.capabilities());
        nodes.put(name, EdgeNode.start(config, host));
    }

    public void stopNode(String name) {
        EdgeNode node = nodes.remove(name);
        if (node != null) {
            node.close();
        }
    }

    private void startRouter() {
        var config =
                RouterConfig.of(controlUrl(), joinToken, setup.data().resolve("router"))
                        .withListen(setup.bind(), setup.port())
                        .withDomain(setup.domain())
                        .withHealth(HEALTH);
        router = Router.start(config);
    }

    /// The running nodes by name.
    public Map<String, EdgeNode> nodes() {
        return Collections.unmodifiableMap(new LinkedHashMap<>(nodes));
    }

    public URI controlUrl() {
        return URI.create("http://127.0.0.1:" + controlPort);
    }

    /// Where functions answer.
    public URI routerUrl() {
        return router().url();
    }

    /// Where the router's metrics and health are.
    public URI routerAdminUrl() {
        return URI.create("http://127.0.0.1:" + router().adminPort());
    }

    private Router router() {
        if (router == null) {
            throw new IllegalStateException("the router is stopped");
        }
        return router;
    }

    /// Whether every node serves and the router knows it.
    public boolean isReady() {
        return nodes.values().stream().allMatch(EdgeNode::isServing)
                && router != null
                && router.nodesReady() == nodes.size();
    }

    /// Has the next upload's build begin sooner: somebody works on this machine.
    void expectBuilds() {
        host.expectBuilds();
    }

    /// A client with the operator's token.
    ControlClient client() {
        if (control == null) {
            throw new IllegalStateException("the control plane is stopped");
        }
        return ControlClient.withTokenFile(controlUrl(), control.operatorTokenFile());
    }

    /// The file with a token that may do everything.
    public Path operatorTokenFile() {
        return setup.data().resolve("operator.token");
    }

    /// Stops everything in reverse order.
    @Override
    public void close() {
        if (router != null) {
            router.close();
            router = null;
        }
        new ArrayList<>(nodes.keySet()).reversed().forEach(this::stopNode);
        stopControlPlane();
        host.close();
    }
}
