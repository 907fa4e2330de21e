package dev.cress.contract;

/// The header names that Cress adds, in lower case.
public enum CressHeader {
    ERROR("x-cress-error"),
    NODE("x-cress-node"),
    VERSION("x-cress-version"),
    REQUEST_ID("x-request-id"),
    AFFINITY("x-cress-affinity"),
    /// From node to router: the function that answered, for the router's metrics; beside
    /// [ErrorCode#UNAVAILABLE], the function that isn't ready on a node that is. Clients never see
    /// it.
    FUNCTION("x-cress-function"),
    /// From node to router, beside [ErrorCode#UNAVAILABLE]: the regions where the function is
    /// placed, since the node's isn't one of them; separated by commas. Clients never see it.
    REGIONS("x-cress-regions"),
    /// From router to node: the fleet's router key. Nobody else may send what follows.
    ROUTER_KEY("x-cress-router-key"),
    /// From router to node: the client's address.
    CLIENT_ADDRESS("x-cress-client-address"),
    /// From router to node: ISO 3166-1 alpha-2, if it is known.
    CLIENT_COUNTRY("x-cress-client-country"),
    /// From router to node: the city's name in UTF-8, percent-encoded, if it is known.
    CLIENT_CITY("x-cress-client-city"),
    /// From router to node: `http` or `https`, as the client spoke.
    CLIENT_SCHEME("x-cress-client-scheme");

    private final String text;

    CressHeader(String text) {
        this.text = text;
    }

    /// The name on the wire.
    public String text() {
        return text;
    }
}
