package dev.cress.node;

import dev.cress.contract.ControlFrame.Delta;
import dev.cress.contract.ControlFrame.Snapshot;
import dev.cress.contract.Deployment;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.Limits;
import dev.cress.contract.Manifest;
import dev.cress.contract.Position;
import dev.cress.contract.Sha256;
import dev.cress.contract.Share;
import dev.cress.contract.Version;
import dev.cress.contract.Warmup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// What tests deploy: versions of the example guests, and the frames that tell of them.
final class Functions {
    static final String EPOCH = "epoch";
    private static final int CUSTOM_SECTION = 0;

    private Functions() {}

    static byte[] example(String name) {
        try {
            return Files.readAllBytes(
                    Path.of(System.getProperty("cress.root"), "examples", name, name + ".wasm"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The same program as other bytes: a custom section more (Wasm core §5.5.3).
    static byte[] variant(byte[] module, String mark) {
        byte[] name = mark.getBytes(StandardCharsets.US_ASCII);
        byte[] more = Arrays.copyOf(module, module.length + 3 + name.length);
        more[module.length] = CUSTOM_SECTION;
        more[module.length + 1] = (byte) (1 + name.length);
        more[module.length + 2] = (byte) name.length;
        System.arraycopy(name, 0, more, module.length + 3, name.length);
        return more;
    }

    static Version version(int number, byte[] module) {
        return version(number, module, Map.of());
    }

    static Version version(int number, byte[] module, Map<String, String> config) {
        var manifest =
                new Manifest(
                        "auto", List.of(), new Limits(500, 5_000, 32, 2), config, Warmup.DEFAULT);
        return new Version(number, Sha256.of(module), module.length, manifest, 0);
    }

    /// A version of `hello` that greets with this word.
    static Version greeting(int number, byte[] module, String word) {
        return version(number, module, Map.of("GREETING", word));
    }

    /// A function whose last version gets everything; those before it are kept for going back.
    static FunctionState function(String name, int deployment, Version... versions) {
        var all = List.of(new Share(versions[versions.length - 1].number(), Share.ALL));
        return function(name, deployment, all, versions);
    }

    static FunctionState function(
            String name, int deployment, List<Share> shares, Version... versions) {
        return new FunctionState(
                new FunctionName(name),
                new Deployment(deployment, deployment, shares, "deploy", 0),
                List.of(versions));
    }

    static Position at(long revision) {
        return new Position(EPOCH, revision, "hash-" + revision);
    }

    static Snapshot snapshot(long revision, FunctionState... functions) {
        return new Snapshot(at(revision), List.of(functions));
    }

    static Delta delta(long from, long to, FunctionState... changed) {
        return new Delta(from, at(to), List.of(changed), List.of());
    }
}
