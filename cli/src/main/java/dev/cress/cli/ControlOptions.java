package dev.cress.cli;

import dev.cress.contract.TenantName;

import picocli.CommandLine.Option;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which control plane a command speaks with, and by which token.
final class ControlOptions {
    static final String DEFAULT_CONTROL = "http://127.0.0.1:7070";

    @Option(
            names = "--control",
            paramLabel = "URL",
            description =
                    "The control plane (default: $CRESS_CONTROL, else " + DEFAULT_CONTROL + ").")
    private Optional<String> control = Optional.empty();

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            description =
                    "By which it lets you in (default: $CRESS_TOKEN, else"
                        + " $CRESS_DATA/operator.token, else what `cress up` registered for that"
                        + " URL).")
    private Optional<String> token = Optional.empty();

    @Option(
            names = "--tenant",
            paramLabel = "TENANT",
            description = "Whose things are meant, for operators; a tenant's token means its own.")
    private Optional<String> tenant = Optional.empty();

    private final Map<String, String> environment = System.getenv();

    URI control() {
        return url(
                control.orElseGet(
                        () -> environment.getOrDefault("CRESS_CONTROL", DEFAULT_CONTROL)));
    }

    static URI url(String text) {
        return url("control plane", text);
    }

    /// @param what the URL is of, for who has to mend it
    static URI url(String what, String text) {
        try {
            URI uri = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            if (uri.getHost() != null && List.of("http", "https").contains(uri.getScheme())) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw new CliException("'%s' is no URL: %s".formatted(text, e.getMessage()));
        }
        throw new CliException("%s '%s' must be like http://HOST:PORT".formatted(what, text));
    }

    /// What this machine knows of that control plane.
    Optional<KnownFleets.Entry> known() {
        return new KnownFleets(environment).find(control());
    }

    ControlClient client() {
        return withToken().of(tenant.map(TenantName::new));
    }

    private ControlClient withToken() {
        List<String> looked = new ArrayList<>();
        if (token.isPresent()) {
            return new ControlClient(control(), token.get(), "--token");
        }
        looked.add("--token");
        String fromEnvironment = environment.getOrDefault("CRESS_TOKEN", "");
        if (!fromEnvironment.isEmpty()) {
            return new ControlClient(control(), fromEnvironment, "$CRESS_TOKEN");
        }
        looked.add("$CRESS_TOKEN");
        String data = environment.getOrDefault("CRESS_DATA", "");
        if (!data.isEmpty()) {
            Path file = Path.of(data, "operator.token");
            looked.add(file.toString());
            if (Files.isReadable(file)) {
                return ControlClient.withTokenFile(control(), file);
            }
        }
        var registered = new KnownFleets(environment);
        Optional<KnownFleets.Entry> entry = registered.find(control());
        looked.add("%s for %s".formatted(registered.file(), control()));
        if (entry.isPresent() && Files.isReadable(Path.of(entry.get().tokenFile()))) {
            return ControlClient.withTokenFile(control(), Path.of(entry.get().tokenFile()));
        }
        // without a token: the control plane says whether it needs one
        return new ControlClient(control(), "none", "found none in " + String.join(", ", looked));
    }
}
