package dev.cress.cli;

import dev.cress.contract.Sha256;
import dev.cress.control.ControlPlane;
import dev.cress.control.ControlPlaneConfig;
import dev.cress.control.SecretsKey;
import dev.cress.control.Tls;
import dev.cress.wasm.WasmHost;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/// `cress run control-plane`.
@Command(
        name = "control-plane",
        description = {
            "Runs the control plane: it keeps modules and deployments and pushes them to nodes.",
            "The first start makes an operator token, DIR/operator.token."
        },
        mixinStandardHelpOptions = true)
final class RunControlPlaneCommand implements Callable<Integer> {
    @Mixin private DataOption data;
    @Mixin private Output output;

    @Mixin private StoreOption store;
    @Mixin private OidcOptions oidc;

    @Option(
            names = "--control-port",
            defaultValue = "7070",
            paramLabel = "PORT",
            description = "Where it listens, 0 for any free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--bind",
            defaultValue = "127.0.0.1",
            paramLabel = "ADDRESS",
            description =
                    "The address that it listens on (default: ${DEFAULT-VALUE}, this machine"
                            + " only).")
    private String bind;

    @Option(
            names = "--tls",
            description =
                    "Speak TLS on this machine too; beyond it TLS is spoken unless --insecure says"
                            + " otherwise.")
    private boolean tls;

    @Option(
            names = "--tls-name",
            paramLabel = "NAME",
            description =
                    "A host name or address at which others reach it, may be repeated (default:"
                            + " --bind, this machine's name and localhost).")
    private List<String> names = List.of();

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description =
                    "A certificate of your own for it, PEM, then the certificates above it"
                            + " (default: the fleet's own authority makes one).")
    private Optional<Path> certificate = Optional.empty();

    @Option(names = "--tls-key", paramLabel = "FILE", description = "Its key, PEM.")
    private Optional<Path> key = Optional.empty();

    @Option(
            names = "--secrets-key",
            paramLabel = "FILE",
            description =
                    "The key under which secrets are kept: 32 bytes in base64, the newest first"
                            + " where there are several lines (default: the environment's"
                            + " CRESS_SECRETS_KEY, else DIR/secrets.key, which is made, unless"
                            + " --store is a database).")
    private Optional<Path> secretsKey = Optional.empty();

    @Option(
            names = "--insecure",
            description = "Listen beyond this machine without TLS: tokens can be read on the way.")
    private boolean insecure;

    @Override
    public Integer call() {
        var local =
                ControlPlaneConfig.of(data.folder())
                        .withPort(port)
                        .withBindAddress(bind, insecure)
                        .withTls(tls())
                        .withSecretsKey(secretsKey(System.getenv()));
        var stored = store.url().map(local::withStore).orElse(local);
        var config = oidc.provider().map(stored::withOidc).orElse(stored);
        return StopSignal.run(output::say, stop -> run(config, stop));
    }

    private SecretsKey secretsKey(Map<String, String> environment) {
        String given = environment.getOrDefault("CRESS_SECRETS_KEY", "");
        return secretsKey
                .<SecretsKey>map(SecretsKey.InFile::new)
                .orElseGet(
                        () ->
                                given.isEmpty()
                                        ? SecretsKey.IN_FOLDER
                                        : new SecretsKey.Given("CRESS_SECRETS_KEY", given));
    }

    private Tls tls() {
        boolean asked = tls || !names.isEmpty() || certificate.isPresent() || key.isPresent();
        if (asked && insecure) {
            throw new CliException("--insecure is for doing without TLS: leave out one of them");
        }
        if (certificate.isPresent() != key.isPresent()) {
            throw new CliException("--tls-cert and --tls-key go together");
        }
        if (certificate.isPresent() && key.isPresent()) {
            return new Tls.Given(certificate.get(), key.get());
        }
        return asked ? new Tls.ByAuthority(names) : Tls.WHERE_NEEDED;
    }

    private void run(ControlPlaneConfig config, StopSignal stop) {
        try (WasmHost host = WasmHost.forAnybodysModules(data.folder().resolve("images"));
                ControlPlane control = ControlPlane.start(config, new Preparing(host))) {
            register(control);
            output.line("control plane  " + control.url());
            control.authority()
                    .ifPresent(known -> output.line("authority      sha256 " + known.hex()));
            output.line("operator token " + control.operatorTokenFile());
            output.line("ready");
            stop.await();
        }
    }

    /// Has other commands on this machine find it, by every name that it was given.
    private void register(ControlPlane control) {
        var entry =
                new KnownFleets.Entry(
                        control.operatorTokenFile().toString(),
                        "",
                        "",
                        control.authority().map(Sha256::hex).orElse(""));
        var known = new KnownFleets(System.getenv());
        known.add(URI.create(control.url()), entry, output::say);
        for (String each : names) {
            String host = each.contains(":") ? "[" + each + "]" : each;
            URI url = URI.create("https://%s:%d".formatted(host, control.port()));
            known.add(url, entry, output::say);
        }
    }
}
