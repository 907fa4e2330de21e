package dev.cress.wasm;

import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.ResponseHead;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.guest.Shown;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Plug-ins that others published: each function of every module in a folder is called, and what
/// came of it is written to `target/extism-plugins.txt`. None of them is ours to commit, so this
/// runs where somebody names a folder: `-Dcress.extism.plugins=DIR`.
@EnabledIfSystemProperty(named = PublishedPluginsTest.FOLDER, matches = ".+")
class PublishedPluginsTest {
    static final String FOLDER = "cress.extism.plugins";

    private static final List<String> INPUTS =
            List.of(
                    "Hello, World!",
                    "{\"url\":\"http://granted.example/\"}",
                    "{\"url\":\"http://granted.example/\",\"bytes\":65536,\"data\":\"x\"}");

    private static final RunLimits LIMITS =
            new RunLimits(
                    Duration.ofSeconds(2), Duration.ofSeconds(5), 64 * MIB, 9_999, MIB, 4_096);

    @Test
    void eachRunsOrIsRefusedInWords() throws IOException {
        var report = new ArrayList<String>();
        try (var host = new WasmHost(512 * MIB);
                Stream<Path> modules = Files.list(Path.of(System.getProperty(FOLDER, "")))) {
            for (Path module :
                    modules.filter(m -> m.toString().endsWith(".wasm")).sorted().toList()) {
                report.add(run(host, module));
            }
        }
        Files.createDirectories(Path.of("target"));
        Files.write(Path.of("target/extism-plugins.txt"), report);
        assertThat(report).isNotEmpty();
    }

    private static String run(WasmHost host, Path module) throws IOException {
        var lines = new StringBuilder(String.valueOf(module.getFileName()));
        try {
            Image image = host.prepare(Files.readAllBytes(module), "auto");
            lines.append(" (%s)".formatted(image.abi().text()));
            for (String function : image.entries().keySet().stream().sorted().toList()) {
                for (String input : INPUTS) {
                    lines.append("\n    %s: ".formatted(function))
                            .append(run(host, image, function, input));
                }
            }
        } catch (RefusedModuleException e) {
            lines.append("\n    refused: ").append(e.getMessage());
        }
        return lines.toString();
    }

    private static String run(WasmHost host, Image image, String function, String input) {
        var answer = new ResponseHead(200, List.of(new Header("x-answered", "yes")));
        var outbound = new RecordedOutbound(answer, "an answer".getBytes(UTF_8));
        var exchange =
                RecordedExchange.of(
                        "POST",
                        "/" + function,
                        input.getBytes(UTF_8),
                        List.of(),
                        Map.of("thing", "configured"));
        GuestExchange granted = outbound.grantedTo(exchange);
        Outcome outcome = Guests.run(host, image, granted, LIMITS).execute().outcome();
        return "%s, output '%s', log '%s'"
                .formatted(outcome, Shown.of(exchange.bodyText()), Shown.of(exchange.logText()));
    }
}
