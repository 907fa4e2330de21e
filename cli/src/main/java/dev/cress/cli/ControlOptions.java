package dev.cress.cli;

import dev.cress.contract.Sha256;
import dev.cress.contract.TenantName;
import dev.cress.contract.Trust;
import dev.cress.identity.Pem;
import dev.cress.identity.PinnedTrust;

import picocli.CommandLine.Option;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Which control plane a command speaks with, and by which token.
final class ControlOptions {
    static final String DEFAULT_CONTROL = "http://127.0.0.1:7070";

    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

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

    @Option(
            names = "--ca",
            paramLabel = "FILE|SHA256",
            description =
                    "By what it is known if it speaks TLS: the certificate that ends its chain,"
                        + " PEM, or the digest of that, which it prints when it starts (default:"
                        + " what was registered for that URL, else the JDK's authorities).")
    private Optional<String> authority = Optional.empty();

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

    private ControlClient client(String secret, String origin) {
        return new ControlClient(control(), trust(), secret, origin);
    }

    /// By what the control plane is known.
    private Trust trust() {
        Optional<Sha256> digest =
                authority
                        .map(ControlOptions::digest)
                        .or(
                                () ->
                                        known().map(KnownFleets.Entry::authority)
                                                .filter(hex -> !hex.isEmpty())
                                                .map(Sha256::new));
        return new Trust(digest.orElse(null), List.of());
    }

    private static Sha256 digest(String text) {
        if (DIGEST.matcher(text).matches()) {
            return new Sha256(text);
        }
        try {
            var certificates = Pem.certificates(Files.readString(Path.of(text)));
            if (certificates.isEmpty()) {
                throw new CliException("--ca: %s has no certificate".formatted(text));
            }
            return PinnedTrust.digest(certificates.getLast());
        } catch (IOException e) {
            throw new CliException("--ca: %s can't be read: %s".formatted(text, e));
        }
    }

    ControlClient client() {
        return withToken().of(tenant.map(TenantName::new));
    }

    private ControlClient withToken() {
        List<String> looked = new ArrayList<>();
        if (token.isPresent()) {
            return client(token.get(), "--token");
        }
        looked.add("--token");
        String fromEnvironment = environment.getOrDefault("CRESS_TOKEN", "");
        if (!fromEnvironment.isEmpty()) {
            return client(fromEnvironment, "$CRESS_TOKEN");
        }
        looked.add("$CRESS_TOKEN");
        String data = environment.getOrDefault("CRESS_DATA", "");
        if (!data.isEmpty()) {
            Path file = Path.of(data, "operator.token");
            looked.add(file.toString());
            if (Files.isReadable(file)) {
                return ControlClient.withTokenFile(control(), trust(), file);
            }
        }
        var registered = new KnownFleets(environment);
        Optional<KnownFleets.Entry> entry = registered.find(control());
        looked.add("%s for %s".formatted(registered.file(), control()));
        if (entry.isPresent() && Files.isReadable(Path.of(entry.get().tokenFile()))) {
            return ControlClient.withTokenFile(
                    control(), trust(), Path.of(entry.get().tokenFile()));
        }
        // without a token: the control plane says whether it needs one
        return client("none", "found none in " + String.join(", ", looked));
    }
}
