package dev.cress.wasm.fastly;

import dev.cress.wasm.host.HostRun;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// The backends of a run by their names: those that the manifest's `outbound` lists, an origin's
/// name being what stands before its `=`, else its host; and those that the guest registers, to
/// which it may send only what the same list allows.
final class Backends {
    static final int NAME_BYTES_MAX = 1_024;
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    /// A host's name or address, and perhaps a port.
    private static final Pattern TARGET =
            Pattern.compile("([A-Za-z0-9._-]{1,253}|\\[[0-9a-fA-F:.]{2,45}])(:[0-9]{1,5})?");

    private final HostRun host;
    private final Allowance allowance;
    private final Map<String, Backend> registered = new HashMap<>();

    Backends(HostRun host, Allowance allowance) {
        this.host = host;
        this.allowance = allowance;
    }

    /// @param origin `https://api.example.com`
    /// @param hostOverride what the guest wants the `host` header to be, or empty
    record Backend(String origin, boolean isDynamic, String hostOverride) {
        boolean isTls() {
            return origin.startsWith("https:");
        }

        String host() {
            return authority().replaceFirst(":[0-9]+$", "");
        }

        int port() {
            String port = authority().substring(host().length());
            int usual = isTls() ? HTTPS_PORT : HTTP_PORT;
            return port.isEmpty() ? usual : Integer.parseInt(port.substring(1));
        }

        private String authority() {
            return origin.substring(origin.indexOf("://") + 3);
        }
    }

    Optional<Backend> find(String name) {
        Backend made = registered.get(name);
        if (made != null) {
            return Optional.of(made);
        }
        return host.exchange()
                .capabilities()
                .outbound()
                .origin(name)
                .map(origin -> new Backend(origin, false, ""));
    }

    Backend get(String name) {
        return find(name).orElseThrow(() -> new Refused(Status.INVAL));
    }

    /// @param target a host, with a port if it isn't the usual one
    void register(String name, String target, boolean tls, String hostOverride) {
        if (!TARGET.matcher(target).matches()) {
            throw new Refused(Status.INVAL);
        }
        if (find(name).isPresent()) {
            throw new Refused(Status.ERROR);
        }
        allowance.take(Allowance.OBJECT_BYTES + (long) name.length() + target.length());
        String origin = (tls ? "https://" : "http://") + target;
        registered.put(name, new Backend(origin, true, hostOverride));
    }
}
