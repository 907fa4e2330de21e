package dev.cress.contract;

/// The paths at which Cress's programs find each other's ears, beside the REST interface ([Api]).
public enum CressPath {
    /// On nodes: how they are, for routers of the fleet only. 200, or 503 while starting or
    /// draining.
    NODE_HEALTH("/.well-known/cress/health"),
    /// On control planes and relays: the WebSocket of nodes, [ControlFrame] and [NodeFrame].
    SYNC_NODE("/v1/sync/node"),
    /// On the control plane: the WebSocket of routers, [ControlFrame] in one direction.
    SYNC_ROUTER("/v1/sync/router"),
    /// On the control plane: the WebSocket of relays, [RelayFrame] and [RelayOrder] in envelopes.
    SYNC_RELAY("/v1/sync/relay"),
    /// On the control plane: where a member gets its first certificate, [Api.Join].
    JOIN("/v1/join"),
    /// On the control plane: where it gets the next, [Api.Renewal].
    JOIN_RENEW("/v1/join/renew");

    private final String text;

    CressPath(String text) {
        this.text = text;
    }

    /// The path as it is requested.
    public String text() {
        return text;
    }
}
