package dev.cress.node.outbound;

import dev.cress.contract.FunctionName;
import dev.cress.node.config.OutboundConfig.OutboundLimits;

import java.util.HashMap;
import java.util.Map;

/// How many requests to other hosts are under way, so that no function takes them all. Thread-safe.
final class Admission {
    private final OutboundLimits limits;
    private final Map<FunctionName, Integer> byFunction = new HashMap<>();
    private int all;

    Admission(OutboundLimits limits) {
        this.limits = limits;
    }

    /// Whether one more may begin; if so, it leaves when it is over.
    synchronized boolean enter(FunctionName function) {
        int its = byFunction.getOrDefault(function, 0);
        if (all >= limits.requests() || its >= limits.requestsPerFunction()) {
            return false;
        }
        all++;
        byFunction.put(function, its + 1);
        return true;
    }

    synchronized void leave(FunctionName function) {
        all--;
        byFunction.computeIfPresent(function, (_, its) -> its == 1 ? null : its - 1);
    }

    synchronized int underWay() {
        return all;
    }
}
