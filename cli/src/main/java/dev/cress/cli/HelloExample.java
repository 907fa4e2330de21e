package dev.cress.cli;

import dev.cress.contract.Api;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Manifest;
import dev.cress.contract.Share;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/// The example that answers before anybody has deployed anything.
final class HelloExample {
    static final FunctionName NAME = new FunctionName("hello");

    private HelloExample() {}

    /// Deploys it; the answer tells whether each node has taken it or can't.
    static BooleanSupplier deploy(ControlClient client) {
        var stored = client.upload(module(), Manifest.AUTO);
        var released =
                client.release(
                                NAME,
                                new Api.NewVersion(stored.sha256(), Manifest.DEFAULT, Share.ALL))
                        .deployed();
        int id = Objects.requireNonNull(released).deployment().id();
        return () ->
                client.rollout(NAME, id, Duration.ZERO).nodes().stream()
                        .noneMatch(node -> node.state().equals("pending"));
    }

    /// Its bytes.
    static byte[] module() {
        try (InputStream module =
                Objects.requireNonNull(HelloExample.class.getResourceAsStream("hello.wasm"))) {
            return module.readAllBytes();
        } catch (IOException e) {
            throw new CliException("the example hello can't be read: " + e.getMessage());
        }
    }
}
