package dev.cress.bench;

import dev.cress.cli.Fleet;
import dev.cress.contract.Api;
import dev.cress.contract.Json;
import dev.cress.contract.Limits;
import dev.cress.contract.Manifest;
import dev.cress.contract.Sha256;
import dev.cress.contract.Share;
import dev.cress.contract.Warmup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/// Deploys `f0`, `f1` … to a fleet, and deploys the first few again and deletes them, for as long
/// as it is let. Used by one thread at a time.
final class Deployer implements AutoCloseable {
    /// Modules that the functions share.
    private static final int MODULES = 10;

    /// Functions that come and go.
    private static final int CHANGING = 5;

    /// Versions that one of them has before it is deleted: fewer than nodes keep.
    private static final int VERSIONS = 3;

    private static final Limits LIMITS = new Limits(0, 0, 16, 0);

    private final ControlApi api;
    private final byte[] guest = Guest.wasm("hello");
    private int modules;
    private int steps;
    private int deploys;
    private int deletes;

    Deployer(Fleet fleet) throws IOException {
        api =
                new ControlApi(
                        fleet.controlUrl(), Files.readString(fleet.operatorTokenFile()).strip());
    }

    int deploys() {
        return deploys;
    }

    int deletes() {
        return deletes;
    }

    /// So many functions, whose modules differ in a mark that nobody reads; returns when all of
    /// them are served.
    void deployAll(int functions) {
        List<Sha256> uploaded = new ArrayList<>();
        for (int i = 0; i < Math.min(MODULES, functions); i++) {
            uploaded.add(upload());
        }
        for (int i = 0; i < functions; i++) {
            deploy("f" + i, uploaded.get(i % uploaded.size()));
        }
    }

    /// One change after the other: a version with a module of its own, and another, and the end.
    void churn(AtomicBoolean going) {
        while (going.get()) {
            String function = "f" + steps / (VERSIONS + 1) % CHANGING;
            if (steps % (VERSIONS + 1) == VERSIONS) {
                delete(function);
                deletes++;
                steps++;
            }
            deploy(function, upload());
            steps++;
        }
    }

    /// A version with a module that was never seen before; returns when every node serves it.
    void deployNew(String name) throws IOException {
        deploy(name, upload(Guest.wasm(name)));
    }

    private Sha256 upload() {
        return upload(guest);
    }

    private Sha256 upload(byte[] unmarked) {
        byte[] module = NodeData.marked(unmarked, "m" + modules++);
        try {
            return Json.read(api.upload("/v1/modules", module), Api.ModuleInfo.class).sha256();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void deploy(String function, Sha256 module) {
        var manifest = new Manifest("auto", List.of(), LIMITS, Map.of(), Warmup.DEFAULT);
        var version = new Api.NewVersion(module, manifest, Share.ALL);
        String path = "/v1/functions/" + function;
        try {
            api.post(path + "/versions", version);
            api.get(path + "/rollout?wait_ms=60000");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        deploys++;
    }

    private void delete(String function) {
        try {
            api.delete("/v1/functions/" + function);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        api.close();
    }
}
