package dev.cress.control.sync;

import dev.cress.contract.ControlFrame.Limits;
import dev.cress.contract.ControlFrame.Limits.TenantLimit;
import dev.cress.contract.NodeFrame.Demand;
import dev.cress.contract.Quota;
import dev.cress.contract.TenantName;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What each node may run of each tenant's: its quota's concurrency, and a share of its rate after
/// what came to the node. Shares are dealt anew each second; a node that goes keeps its last one,
/// which for [#KEPT_TICKS] seconds nobody else gets. Where several servers have nodes each deals
/// with the part of the rate that its nodes are of all. Confined to the event loop.
final class TenantRates {
    /// For how many turns the share of a node that went is set aside.
    static final int KEPT_TICKS = 30;

    /// Nodes that went of which that is known.
    static final int GONE_MAX = 1_000;

    /// What the newest second counts in a node's demand.
    private static final double NEWEST = 0.7;

    private Map<TenantName, Quota> quotas = Map.of();
    private final Map<String, OnNode> nodes = new HashMap<>();
    private final Map<String, Gone> gone = new HashMap<>();
    private int elsewhere;
    private boolean isReady;

    /// What one node asked for and was told.
    private static final class OnNode {
        private final Map<TenantName, Double> demand = new HashMap<>();
        private final Map<TenantName, Long> newest = new HashMap<>();
        private final Map<TenantName, TenantLimit> told = new HashMap<>();

        /// Whether its session hasn't been told anything yet.
        private boolean isFresh;

        private double rate(TenantName tenant) {
            TenantLimit limit = told.get(tenant);
            Double rate = limit == null ? null : limit.requestsPerSecond();
            return rate == null ? 0 : rate;
        }
    }

    private record Gone(OnNode node, int ticksLeft) {}

    void quotas(Map<TenantName, Quota> all) {
        quotas = all;
        isReady = true;
    }

    /// Whether the quotas are known: before that nodes keep what they know.
    boolean isReady() {
        return isReady;
    }

    /// @param nodesElsewhere that are connected to other servers
    void elsewhere(int nodesElsewhere) {
        elsewhere = nodesElsewhere;
    }

    /// A node came. It is told everything with the next turn, and until then keeps what it knows.
    void connected(String node) {
        Gone before = gone.remove(node);
        var known = before == null ? new OnNode() : before.node;
        known.isFresh = true;
        nodes.put(node, known);
    }

    /// A node came to another server, which deals it a share of its own.
    void left(String node) {
        nodes.remove(node);
    }

    void disconnected(String node) {
        OnNode left = nodes.remove(node);
        if (left != null && gone.size() < GONE_MAX) {
            gone.put(node, new Gone(left, KEPT_TICKS));
        }
    }

    void asked(String node, Demand demand) {
        OnNode known = nodes.get(node);
        if (known != null) {
            for (Demand.Asked asked : demand.tenants()) {
                if (quotas.containsKey(asked.tenant()) && asked.requests() > 0) {
                    known.newest.merge(asked.tenant(), asked.requests(), Long::sum);
                }
            }
        }
    }

    /// A second has passed: deals anew.
    ///
    /// @return what changed for each node
    Map<String, Limits> tick() {
        gone.replaceAll((_, left) -> new Gone(left.node, left.ticksLeft - 1));
        gone.values().removeIf(left -> left.ticksLeft <= 0);
        Map<String, Map<TenantName, TenantLimit>> before = new HashMap<>();
        nodes.forEach((name, node) -> before.put(name, Map.copyOf(node.told)));
        nodes.values().forEach(this::settle);
        dealAll();
        Map<String, Limits> changes = new HashMap<>();
        nodes.forEach(
                (name, node) -> {
                    var had = Objects.requireNonNull(before.get(name));
                    List<TenantLimit> changed = changed(had, node.told);
                    if (node.isFresh) {
                        changes.put(name, new Limits(true, List.copyOf(node.told.values())));
                    } else if (!changed.isEmpty()) {
                        changes.put(name, new Limits(false, changed));
                    }
                    node.isFresh = false;
                });
        return changes;
    }

    private void settle(OnNode node) {
        node.demand.keySet().retainAll(quotas.keySet());
        node.demand.replaceAll((_, rate) -> rate * (1 - NEWEST));
        node.newest.forEach(
                (t, count) -> node.demand.merge(t, atMost(t, count) * NEWEST, Double::sum));
        node.demand.values().removeIf(rate -> rate < 0.01);
        node.newest.clear();
    }

    /// A flood counts as what could be let through of it, so that its end is seen at once.
    private double atMost(TenantName tenant, long requests) {
        Quota quota = quotas.get(tenant);
        Integer rate = quota == null ? null : quota.requestsPerSecond();
        return rate == null ? 0 : Math.min(requests, rate);
    }

    private static List<TenantLimit> changed(
            Map<TenantName, TenantLimit> before, Map<TenantName, TenantLimit> now) {
        List<TenantLimit> changed = new ArrayList<>();
        now.values().stream().filter(l -> !l.equals(before.get(l.tenant()))).forEach(changed::add);
        before.keySet().stream()
                .filter(tenant -> !now.containsKey(tenant))
                .forEach(tenant -> changed.add(new TenantLimit(tenant, null, null)));
        return changed;
    }

    private void dealAll() {
        nodes.values().forEach(node -> node.told.keySet().retainAll(quotas.keySet()));
        quotas.forEach(
                (tenant, quota) -> {
                    Integer rate = quota.requestsPerSecond();
                    Map<String, Double> shares =
                            rate == null
                                    ? Map.of()
                                    : Shares.of(left(tenant, rate), demands(tenant));
                    nodes.forEach((name, node) -> tell(node, tenant, quota, shares.get(name)));
                });
    }

    private static void tell(OnNode node, TenantName tenant, Quota quota, @Nullable Double share) {
        if (quota.concurrency() == null && share == null) {
            node.told.remove(tenant);
        } else {
            node.told.put(tenant, new TenantLimit(tenant, quota.concurrency(), rounded(share)));
        }
    }

    /// A share that hardly changed is no news.
    private static @Nullable Double rounded(@Nullable Double share) {
        return share == null ? null : Math.floor(share * 10) / 10 + (share < 0.1 ? share : 0);
    }

    private Map<String, Double> demands(TenantName tenant) {
        Map<String, Double> demands = new HashMap<>();
        nodes.forEach((name, node) -> demands.put(name, node.demand.getOrDefault(tenant, 0.0)));
        return demands;
    }

    /// What this server has to deal with: its part, without what nodes keep that went.
    private double left(TenantName tenant, int rate) {
        double ours = (double) rate * nodes.size() / Math.max(1, nodes.size() + elsewhere);
        double kept = gone.values().stream().mapToDouble(left -> left.node.rate(tenant)).sum();
        return Math.max(0, ours - kept);
    }
}
